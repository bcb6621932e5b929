import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { BUILD_META, modelKey, NOTICES, OFFLINE_LIST, type OfflineFile, type OfflineList } from '../src/base/shared/offline.ts';
import { PWA_MANIFEST } from './pwa-manifest.ts';
import { modelIndex } from '../src/server/model-index.ts';

/** Larger files are not fetched with the app, but kept one by one once it runs. */
const LARGE = 1_000_000;

/** Where the id stands until all that it is made of is known. */
const PLACEHOLDER = '__SIGHTGLASS_BUILD__';

const hash = (algorithm: 'sha256' | 'sha384', bytes: string | Buffer, encoding: 'hex' | 'base64'): string =>
  createHash(algorithm).update(bytes).digest(encoding);

/** Small files of a folder, by path. */
function smallFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(onnx|ort|br|gz)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** What is worth keeping beside the app's small files: models, and WebAssembly too large for those. */
function offlineFiles(folder: string): OfflineFile[] {
  const models = modelIndex(join(folder, 'models')).flatMap(({ variants }) =>
    variants.map(({ file, bytes, sha256 }): OfflineFile => {
      const url = `models/${file}`;
      return { url, key: modelKey(url, sha256), bytes, sha256, kind: 'model' };
    }),
  );
  const engines = readdirSync(join(folder, 'assets'))
    .filter((name) => name.endsWith('.wasm'))
    .map((name) => ({ url: `assets/${name}`, content: readFileSync(join(folder, 'assets', name)) }))
    .filter(({ content }) => content.length > LARGE)
    .map(({ url, content }): OfflineFile => ({ url, key: url, bytes: content.length, sha256: hash('sha256', content, 'hex'), kind: 'engine' }));
  return [...engines, ...models];
}

/** Gives the build an id that tells its content, puts it into the page, and writes the list of large files. */
function buildPlugin(onBuilt: (id: string) => void): Plugin {
  let folder = '';
  let publicFolder = '';
  let id = '';
  return {
    name: 'sightglass-build',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
      publicFolder = config.publicDir;
    },
    transformIndexHtml: () => [{ tag: 'meta', attrs: { name: BUILD_META, content: PLACEHOLDER }, injectTo: 'head' }],
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const parts = Object.values(bundle)
          .map((file) => `${file.fileName} ${hash('sha256', file.type === 'chunk' ? file.code : Buffer.from(file.source), 'hex')}`)
          .sort();
        const statics = publicFolder ? smallFiles(publicFolder).map((path) => hash('sha256', readFileSync(path), 'hex')) : [];
        id = hash('sha256', [...parts, ...statics].join('\n'), 'hex').slice(0, 16);
        const page = bundle['index.html'];
        if (page?.type === 'asset') page.source = String(page.source).replace(PLACEHOLDER, id);
        onBuilt(id);
      },
    },
    writeBundle() {
      const list: OfflineList = { build: id, files: offlineFiles(folder) };
      writeFileSync(join(folder, OFFLINE_LIST), JSON.stringify(list));
    },
  };
}

/**
 * Makes the built page installable, and its service worker, which keeps it for use without a network.
 * @param serviceWorker plugins for the bundle of the service worker
 */
export function pwaPlugins(serviceWorker: Plugin[]): Plugin[] {
  let build = '';
  let folder = '';
  return [
    buildPlugin((id) => (build = id)),
    ...VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src/app/service-worker',
      filename: 'service-worker.ts',
      injectRegister: false,
      manifest: PWA_MANIFEST,
      includeManifestIcons: false,
      injectManifest: {
        rollupFormat: 'iife',
        buildPlugins: { vite: serviceWorker },
        target: 'es2022',
        globPatterns: ['**/*.{html,js,mjs,css,svg,png,wasm,webmanifest}', 'models/index.json', OFFLINE_LIST, NOTICES],
        // Kernels for joined vectors are for browsers that are told to join them: they are fetched where they are quicker, and then only.
        globIgnores: ['service-worker.js', 'assets/ort-wasm-*.wasm', 'assets/kernels-joined*.wasm'],
        // Another large file fails the build: it has to be named above.
        maximumFileSizeToCacheInBytes: LARGE,
        // Their names tell their content.
        dontCacheBustURLsMatching: /^assets\//,
        manifestTransforms: [
          // A file that is not what this build made, as while a host is being updated, fails the whole installation.
          (entries) => ({
            manifest: entries.map((entry) => ({
              ...entry,
              integrity: `sha384-${hash('sha384', readFileSync(join(folder, entry.url)), 'base64')}`,
            })),
          }),
        ],
      },
      integration: {
        configureOptions(config) {
          folder = resolve(config.root, config.build.outDir);
        },
        configureCustomSWViteBuild(options) {
          options.define = { ...options.define, __BUILD_ID__: JSON.stringify(build) };
          options.logLevel = 'warn';
        },
      },
    }),
  ];
}
