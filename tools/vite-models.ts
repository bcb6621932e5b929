import { join } from 'node:path';
import type { Plugin } from 'vite';
import { modelIndex, readModelFolder } from '../src/server/model-index.ts';

/** Gives the page `models/index.json`: the manifests of public/models in one list, made anew for each build. */
export function modelIndexPlugin(): Plugin {
  let folder = '';
  const body = (): string => JSON.stringify(modelIndex(folder));
  return {
    name: 'sightglass-model-index',
    configResolved({ publicDir }) {
      folder = join(publicDir, 'models');
    },
    configureServer(server) {
      server.middlewares.use('/models/index.json', (_request, response) => {
        response.setHeader('Content-Type', 'application/json');
        response.end(body());
      });
    },
    generateBundle() {
      for (const words of readModelFolder(folder).passedOver) this.warn(words);
      this.emitFile({ type: 'asset', fileName: 'models/index.json', source: body() });
    },
  };
}
