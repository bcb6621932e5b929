// The licences of what the built page is made of: THIRD-PARTY-NOTICES.txt beside it, gathered while its bundles are made.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import license, { type Dependency } from 'rollup-plugin-license';
import type { Plugin } from 'vite';
import { NOTICES } from '../../src/base/shared/offline.ts';
import { modelIndex } from '../../src/server/model-index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const read = (path: string): string => readFileSync(path, 'utf8').trim();

/** onnxruntime's own list of what its WebAssembly contains. Large, so a file of its own that is not kept for use without a network. */
export const ONNXRUNTIME_NOTICES = 'onnxruntime-ThirdPartyNotices.txt';
/** The release of onnxruntime whose Python wheel ONNXRUNTIME_NOTICES and onnxruntime.txt were taken from. */
export const ONNXRUNTIME_VERSION = '1.30.0';

/** Something by others with its licence. */
export interface Notice {
  /** With the version, where it has one. */
  readonly name: string;
  /** SPDX identifier, or words. */
  readonly licence: string;
  readonly source: string;
  readonly text: string;
}

/** Texts of packages that ship none. */
const MISSING: Readonly<Record<string, () => string>> = {
  'onnxruntime-web': () =>
    `${read(here('onnxruntime.txt'))}\n\nIts WebAssembly contains software of others in turn: see ${ONNXRUNTIME_NOTICES} beside this file.`,
};

function addressOf({ repository, homepage, name }: Dependency): string {
  const url = (typeof repository === 'string' ? repository : repository?.url) ?? homepage ?? `https://www.npmjs.com/package/${name}`;
  return url.replace(/^git\+/, '').replace(/^(ssh:\/\/git@|git:\/\/)/, 'https://');
}

/** @throws Error where a package has no licence text: it must not be passed on without */
function packageNotice(dependency: Dependency): Notice {
  const { name, version, license: licence, licenseText, noticeText } = dependency;
  const text = licenseText ?? MISSING[name ?? '']?.();
  if (!name || !version || !licence || !text) {
    throw new Error(`${name} ${version} is bundled, and has no licence or no licence text: add it to tools/notices/plugin.ts.`);
  }
  const full = [text, noticeText].filter((part) => part !== null).map((part) => part.trim()).join('\n\n');
  return { name: `${name} ${version}`, licence, source: addressOf(dependency), text: full };
}

/** What is no package: names, weights, and what the bundler itself puts into its output. */
function otherNotices(publicFolder: string): Notice[] {
  const torchvision = read(here('torchvision.txt'));
  const [, apache] = read(join(publicFolder, 'models/efficientnet-lite0.LICENSE.txt')).split(/^(?= +Apache License$)/m);
  const texts: Readonly<Record<string, string | undefined>> = { 'BSD-3-Clause': torchvision, 'Apache-2.0': apache };
  const weights = modelIndex(join(publicFolder, 'models')).map(({ id, name, licence, source }): Notice => {
    const own = join(publicFolder, `models/${id}.LICENSE.txt`);
    const text = existsSync(own) ? read(own) : (texts[licence] ?? 'No text came with them.');
    return { name: `Weights of ${name}`, licence, source, text };
  });
  const [vite] = read(join(root, 'node_modules/vite/LICENSE.md')).split('\n# Licenses of bundled dependencies', 1);
  return [
    { name: 'English class names', licence: 'BSD-3-Clause', source: 'torchvision, https://github.com/pytorch/vision', text: torchvision },
    ...weights,
    { name: 'Loading of chunks', licence: 'MIT', source: 'Vite, https://github.com/vitejs/vite', text: vite.trim() },
    {
      name: 'Helpers that compiled code calls',
      licence: 'MIT',
      source: 'Rolldown and Oxc, https://github.com/rolldown/rolldown',
      text: read(join(root, 'node_modules/rolldown/LICENSE')),
    },
  ];
}

/** The file's text: the app's own licence, then each text once, with all that is under it. */
export function noticesText(own: string, notices: readonly Notice[]): string {
  const byText = new Map<string, Notice[]>();
  for (const notice of notices) byText.set(notice.text, [...(byText.get(notice.text) ?? []), notice]);
  const parts = [...byText].map(([text, under]) =>
    [...under.map(({ name, licence, source }) => `${name}\n  Licence: ${licence}\n  Source: ${source}`), '', text].join('\n'),
  );
  const foreword = `${own}\n\nThis build contains the work of others, under the licences that follow. Where a licence asks for it, the source\ncode is at the address given.`;
  // The mark tells browsers that this is UTF-8 where a host does not.
  return `\uFEFFSightglass\n\n${[foreword, ...parts].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** One plugin for each kind of bundle; they share what they found. */
export interface NoticesPlugins {
  readonly page: Plugin[];
  /** Made anew for each worker's bundle. */
  readonly worker: () => Plugin[];
  /** Of the bundle that is made last: writes the files. */
  readonly serviceWorker: Plugin[];
}

/** Gathers what is bundled into it. @param found by name and version */
function gatherInto(found: Map<string, Dependency>): Plugin {
  const output = (dependencies: Dependency[]): void => {
    // The engine is ours, a package or not: the app's own licence, which comes first, holds for it.
    for (const dependency of dependencies.filter(({ name }) => !name?.startsWith('@sightglass/'))) {
      found.set(`${dependency.name} ${dependency.version}`, dependency);
    }
  };
  // It is typed for Rollup, and uses two hooks that Rolldown has as well.
  return { ...(license({ cwd: root, thirdParty: { multipleVersions: true, output } }) as unknown as Plugin), apply: 'build' };
}

function packageNotices(found: ReadonlyMap<string, Dependency>): Notice[] {
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, dependency]) => packageNotice(dependency));
}

/** Notices of what is compiled into the AVIF decoder's package, which tells of none. */
const AVIF_NOTICES = join(root, 'src/server/avif/NOTICES.txt');

/**
 * Writes NOTICES beside the built service, of the packages within its files, and those of the AVIF decoder's parts; the other packages lie in
 * node_modules with their own texts.
 */
export function serviceNoticesPlugins(): Plugin[] {
  const found = new Map<string, Dependency>();
  return [
    gatherInto(found),
    {
      name: 'sightglass-service-notices',
      writeBundle({ dir = '' }) {
        writeFileSync(join(dir, NOTICES), noticesText(read(join(root, 'LICENSE')), packageNotices(found)));
        copyFileSync(AVIF_NOTICES, join(dir, 'avif-NOTICES.txt'));
      },
    },
  ];
}

/** Gathers the packages of all bundles of the page with their licence texts, and writes NOTICES into the built folder. */
export function noticesPlugins(): NoticesPlugins {
  const found = new Map<string, Dependency>();
  let publicFolder = '';
  let folder = '';
  const gather = (): Plugin => gatherInto(found);
  return {
    page: [
      {
        name: 'sightglass-notices-folders',
        apply: 'build',
        configResolved(config) {
          publicFolder = config.publicDir;
          folder = resolve(config.root, config.build.outDir);
        },
      },
      gather(),
    ],
    worker: () => [gather()],
    serviceWorker: [
      gather(),
      {
        name: 'sightglass-notices',
        writeBundle() {
          writeFileSync(join(folder, NOTICES), noticesText(read(join(root, 'LICENSE')), [...packageNotices(found), ...otherNotices(publicFolder)]));
          copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE.txt'));
          copyFileSync(here(ONNXRUNTIME_NOTICES), join(folder, ONNXRUNTIME_NOTICES));
        },
      },
    ],
  };
}
