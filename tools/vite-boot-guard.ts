import { resolve } from 'node:path';
import type { Plugin } from 'vite';

const NAME = 'boot-guard';

/** Puts what watches the app's start into the built page, as a file of its own before all of the app's: it runs first, whatever becomes of the others. */
export function bootGuardPlugin(): Plugin {
  let root = '';
  return {
    name: 'sightglass-boot-guard',
    apply: 'build',
    configResolved(config) {
      root = config.root;
    },
    buildStart() {
      this.emitFile({ type: 'chunk', id: resolve(root, `src/app/page/boot/${NAME}.ts`), name: NAME });
    },
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const guard = Object.values(bundle).find((file) => file.type === 'chunk' && file.name === NAME);
        if (guard?.type !== 'chunk') throw new Error('There is no boot guard in the build.');
        if (guard.imports.length > 0) throw new Error(`${guard.fileName} imports ${guard.imports.join()}: it has to stand alone.`);
        const [app] = /<script type="module"/.exec(html) ?? [];
        if (app === undefined) throw new Error('The page has no script of the app.');
        return html.replace(app, `<script type="module" crossorigin src="./${guard.fileName}"></script>\n    ${app}`);
      },
    },
  };
}
