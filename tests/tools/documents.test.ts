import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BENCHES } from '../../tools/bench/table';
import { TOOLS } from '../../tools/table';
import { ROOT } from '../support/shared';

/** Folders whose files comments and pages tell of. */
const FOLDERS = ['src', 'tests', 'tools', 'docs', 'deploy'];
const PAGES = ['', 'docs/', 'src/engine/'].flatMap((folder) => readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.md')).map((name) => `${folder}${name}`));
/** Who clones waits for them. */
const LARGEST_IMAGE = 300_000;

const linksOf = (text: string): string[] => [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link).filter((link) => !/^[a-z]+:/.test(link));

/** Files below a folder, from the root on, without what is made there. */
function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

const FILES = [...readdirSync(ROOT), ...FOLDERS.flatMap(filesBelow)];
const SOURCES = FILES.filter((path) => /^(src|tests|tools)\/.*\.(ts|mjs|c|h|py|html)$|^([\w.-]+\.(ts|mjs|js|yaml)|Dockerfile)$/.test(path));

/** Comments of TypeScript, JavaScript, C and HTML, and of Python, YAML and a Dockerfile. */
function commentsOf(path: string): string {
  const kinds = /\.(py|yaml)$|^Dockerfile$/.test(path) ? /(?<=^|\s)#.*/g : /\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->|(?<!:)\/\/.*/g;
  return (readFileSync(join(ROOT, path), 'utf8').match(kinds) ?? []).join('\n');
}

/**
 * Files that a text names and that are not there. What begins with a folder of ours stands there from the root on; any other
 * TypeScript file or module may be named by its last part (`onnx/decode.ts`, `plan.ts`).
 */
function missingFiles(text: string): string[] {
  const paths = /(?<![\w/.*:@-])(?:[\w.-]+\/)*\w[\w.-]*\.(?:ts|mjs|py|md|c|h|html|css)\b(?![\w*-]|\.\w)/g;
  const named = [...text.matchAll(paths)].map(([path]) => path);
  const ours = new RegExp(`^(${FOLDERS.join('|')})/`);
  return named.filter((path) => {
    if (ours.test(path)) return !existsSync(join(ROOT, path));
    return /\.(ts|mjs)$/.test(path) && !FILES.some((file) => file === path || file.endsWith(`/${path}`));
  });
}

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
/** Names that `npm run tool -- NAME` and `npm run bench -- NAME` take. */
const NAMES: Readonly<Record<string, object>> = { tool: TOOLS, bench: BENCHES };
const missingCommands = (text: string): string[] => [
  ...[...text.matchAll(/npm run (?:-s )?([a-z][\w:-]*\w)/g)].map(([, name]) => name).filter((name) => !(name in scripts)),
  ...[...text.matchAll(/npm run (tool|bench) -- ([a-z][\w-]*)/g)].filter(([, script, name]) => !(name in NAMES[script])).map(([whole]) => whole),
];

describe.each(PAGES)('%s', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');

  it('links to what is there', () => {
    const missing = linksOf(text).map((link) => link.split('#', 1)[0]).filter((path) => path !== '' && !existsSync(join(ROOT, dirname(page), path)));
    expect(missing).toEqual([]);
  });

  it('names commands and files that are there', () => {
    expect(missingCommands(text)).toEqual([]);
    expect(missingFiles(text)).toEqual([]);
  });
});

describe('comments', () => {
  it('are found in sources of each kind', () => {
    for (const path of ['src/app/main.ts', 'tools/bootstrap.mjs', 'tools/bench/service/flask_service.py', 'Dockerfile']) {
      expect(SOURCES).toContain(path);
      expect(commentsOf(path), path).not.toBe('');
    }
  });

  it('name files that are there', () => {
    const missing = SOURCES.flatMap((path) => missingFiles(commentsOf(path)).map((named) => `${path}: ${named}`));
    expect(missing).toEqual([]);
  });

  // Those of messages as well, and of what runs in a container or on a server.
  it('name commands that are there', () => {
    const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
    const missing = [...SOURCES, '.ci/run'].flatMap((path) => missingCommands(read(path)).map((named) => `${path}: ${named}`));
    expect(missing).toEqual([]);
  });
});

describe('CHANGELOG.md', () => {
  it('begins with the version of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    const [, newest] = /^## (\S+)/m.exec(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')) ?? [];
    expect(newest).toBe(version);
  });
});

describe('pictures of the README', () => {
  it('are there, and small', () => {
    const images = linksOf(readFileSync(join(ROOT, 'README.md'), 'utf8')).filter((link) => /\.(png|webp|jpe?g)$/.test(link));
    expect(images.length).toBeGreaterThanOrEqual(2);
    for (const image of images) expect(statSync(join(ROOT, image)).size, image).toBeLessThan(LARGEST_IMAGE);
  });
});
