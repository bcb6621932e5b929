# The page and POST /predict in one image: docs/service.md. tools/docker-steps runs these very steps without Docker, so every
# path in RUN is relative to WORKDIR.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY src/engine/package.json ./src/engine/
RUN npm ci --prefer-offline
COPY . .
# Weights come from models/ of the build context, else from the network, else EfficientNet-Lite0 runs, which is part of the source.
RUN npm run --silent model && npm run --silent build && npm run --silent build:service

FROM node:20-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY src/engine/package.json ./src/engine/
# Libraries of other systems are most of onnxruntime-node's size. The engine, and what it may use in browsers, are built into the page.
RUN npm ci --omit=dev --prefer-offline \
  && rm -rf node_modules/onnxruntime-node/bin/napi-v*/darwin node_modules/onnxruntime-node/bin/napi-v*/win32 \
    node_modules/@sightglass node_modules/onnxruntime-web

FROM node:20-bookworm-slim AS service
# onnxruntime-node is told again that it sends nothing home (src/server/onnxruntime.ts).
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4174 ORT_DISABLE_TELEMETRY=1
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
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
