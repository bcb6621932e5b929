import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';
import { serviceNoticesPlugins } from './tools/notices/plugin.ts';

const KERNELS = 'kernels-linux-x64.node';

/** Takes the native kernels along, beside the modules that load them. */
const nativeKernels = (): Plugin => ({
  name: 'native-kernels',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: KERNELS, source: readFileSync(new URL(`src/server/native/${KERNELS}`, import.meta.url)) });
  },
});

/** Builds the service (src/server) for plain Node into dist-server; packages stay outside, but for the engine's. */
export default defineConfig({
  publicDir: false,
  plugins: [...serviceNoticesPlugins(), nativeKernels()],
  // A package of the engine, which the service's image has no other use for.
  ssr: { noExternal: ['pbf'] },
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist-server',
    emptyOutDir: true,
    sourcemap: true,
    rollupOptions: {
      input: { main: 'src/server/main.ts', 'map-process': 'src/server/map-process.ts', 'predict-process': 'src/server/predict-process.ts' },
      // Paths that the code reckons from its own file need all of them to stay in one folder.
      output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    },
  },
});
