import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import type { ModelManifest } from '../src/base/shared/model.ts';

/** The model that runs first where several are there. */
const PREFERRED = ['resnet18', 'efficientnet-lite0'];

/** Manifests in a folder whose files are all there, best first. */
export function modelIndex(folder: string): ModelManifest[] {
  if (!existsSync(folder)) return [];
  const rank = (m: ModelManifest): number => (PREFERRED.indexOf(m.id) + 1 || PREFERRED.length + 1);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && name !== 'index.json')
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ModelManifest)
    .filter((manifest) => manifest.variants.every((v) => existsSync(join(folder, v.file))))
    .sort((a, b) => rank(a) - rank(b));
}

/** Gives the page `models/index.json`: the manifests of public/models in one list, made anew for each build. */
export function modelIndexPlugin(folder: string): Plugin {
  const body = (): string => JSON.stringify(modelIndex(folder));
  return {
    name: 'sightglass-model-index',
    configureServer(server) {
      server.middlewares.use('/models/index.json', (_request, response) => {
        response.setHeader('Content-Type', 'application/json');
        response.end(body());
      });
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'models/index.json', source: body() });
    },
  };
}
