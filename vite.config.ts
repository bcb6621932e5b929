import { defineConfig } from 'vite';
import manifest from './package.json' with { type: 'json' };
import { ISOLATION_HEADERS } from './src/base/shared/headers.ts';
import { noticesPlugins } from './tools/notices/plugin.ts';
import { bootGuardPlugin } from './tools/vite-boot-guard.ts';
import { modelIndexPlugin } from './tools/vite-models.ts';
import { pwaPlugins } from './tools/vite-pwa.ts';
import { contentSecurityPolicyPlugin } from './tools/vite-security.ts';

const notices = noticesPlugins();

export default defineConfig({
  define: { __SIGHTGLASS_VERSION__: JSON.stringify(manifest.version) },
  // Relative, so that the built page also runs from a folder of a static host.
  base: './',
  plugins: [modelIndexPlugin(), contentSecurityPolicyPlugin(), bootGuardPlugin(), ...notices.page, ...pwaPlugins(notices.serviceWorker)],
  // The flavour of onnxruntime-web that loads its WebAssembly from where we say, not from inside the bundle.
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'] },
  build: { target: 'es2022', sourcemap: false, assetsInlineLimit: 0, chunkSizeWarningLimit: 600 },
  worker: { format: 'es', plugins: notices.worker },
  server: { headers: ISOLATION_HEADERS },
  // Vite's own 4173 leads to 4174 where it is taken, which is the service's: a service worker of a preview would answer there from then on.
  preview: { headers: ISOLATION_HEADERS, port: 4573 },
});
