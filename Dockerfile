# The page and POST /predict in one image: docs/service.md. tools/docker-steps runs these very steps without Docker, so every
# path in RUN is relative to WORKDIR. Node 24 LTS by the digest of its index, which has amd64 and arm64.
# The page and the service are the same for every processor: they are built where the build runs.
FROM --platform=$BUILDPLATFORM node:24.18.1-bookworm-slim@sha256:235600a8101ab264e117b1768e925532262668dc9b581ef1dd7d96ced463b8e7 AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY src/engine/package.json ./src/engine/
RUN npm ci --prefer-offline
COPY . .
# Weights come from models/ of the build context, else from the network, else EfficientNet-Lite0 runs, which is part of the source;
# with --build-arg REQUIRE_RESNET18=1 that is an error.
ARG REQUIRE_RESNET18=
RUN npm run --silent model && npm run --silent build && npm run --silent build:service

FROM node:24.18.1-bookworm-slim@sha256:235600a8101ab264e117b1768e925532262668dc9b581ef1dd7d96ced463b8e7 AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY src/engine/package.json ./src/engine/
# The engine, and what it uses in browsers, are built into the page. Libraries of other systems and processors are most of onnxruntime-node's
# size; of libavif only the decoder is used.
RUN npm ci --omit=dev --workspaces=false --prefer-offline \
  && npm pkg delete devDependencies workspaces && npm prune --prefer-offline \
  && rm -rf node_modules/onnxruntime-node/bin/napi-v*/darwin node_modules/onnxruntime-node/bin/napi-v*/win32 \
  && find node_modules/onnxruntime-node/bin/napi-v*/linux -mindepth 1 -maxdepth 1 ! -name "$(node -p process.arch)" -exec rm -rf {} + \
  && rm -rf node_modules/@jsquash/avif/codec/enc \
  && npm sbom --sbom-format=cyclonedx --sbom-type=application > sbom.cdx.json && sed -i 's/"name": "app"/"name": "sightglass"/' sbom.cdx.json

FROM node:24.18.1-bookworm-slim@sha256:235600a8101ab264e117b1768e925532262668dc9b581ef1dd7d96ced463b8e7 AS service
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="Sightglass" \
  org.opencontainers.image.description="Camera recognition in the browser, and the same recogniser over HTTP." \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="$VERSION" \
  org.opencontainers.image.revision="$REVISION" \
  org.opencontainers.image.created="$CREATED" \
  org.opencontainers.image.base.name="docker.io/library/node:24.18.1-bookworm-slim" \
  org.opencontainers.image.base.digest="sha256:235600a8101ab264e117b1768e925532262668dc9b581ef1dd7d96ced463b8e7"
# onnxruntime-node is told again that it sends nothing home (src/server/onnxruntime.ts).
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4174 ORT_DISABLE_TELEMETRY=1
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=packages /app/sbom.cdx.json ./
COPY --from=build /app/dist-server ./dist-server
COPY --from=build /app/dist ./dist
COPY package.json ./
# node, by its number: so Kubernetes can see that it is not root.
USER 1000
EXPOSE 4174
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist-server/main.js"]
