import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import layers from '../../tools/layers.json';
import { ROOT } from '../support/shared';

const filesBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts') && !/\/(node_modules|dist)\//.test(path));

/** The file that an import of another one means; undefined for packages and for what is no TypeScript. */
function resolve(from: string, name: string, exists: (path: string) => boolean): string | undefined {
  if (!name.startsWith('.')) return undefined;
  const base = normalize(join(dirname(from), name)).replaceAll('\\', '/');
  return [base, `${base}.ts`, `${base}/index.ts`, base.replace(/\.js$/, '.ts')].find((path) => path.endsWith('.ts') && exists(path));
}

/** What a file imports, types and later imports too, and the workers that it starts by their URL. */
function importsOf(path: string, text: string, exists: (path: string) => boolean): string[] {
  const names = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  const workers = [...text.matchAll(/new URL\(\s*'(\.[^']*\.ts)'/g)].map(([, name]) => name);
  return [...names, ...workers].flatMap((name) => resolve(path, name, exists) ?? []);
}

type Graph = ReadonlyMap<string, readonly string[]>;

/** Circles, each with all files that reach one another (Tarjan 1972). */
function circlesOf(graph: Graph): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.size - 1);
    open.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!order.has(next)) visit(next);
      if (open.includes(next)) lowest.set(file, Math.min(lowest.get(file) ?? 0, lowest.get(next) ?? 0));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const circle = open.splice(open.indexOf(file));
    if (circle.length > 1 || graph.get(file)?.includes(file)) found.push(circle.sort());
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return found;
}

const folderOf = (path: string): string => path.split('/')[1] ?? '';

/** Arrows between folders of src that do not point down. */
function climbing(graph: Graph, above: Readonly<Record<string, readonly string[]>>): string[] {
  return [...graph].flatMap(([file, imports]) =>
    imports
      .filter((other) => folderOf(other) !== folderOf(file) && !above[folderOf(file)]?.includes(folderOf(other)))
      .map((other) => `${file} -> ${other}`),
  );
}

const FILES = filesBelow('src');
const all = new Set(FILES);
const GRAPH: Graph = new Map(FILES.map((path) => [path, importsOf(path, readFileSync(join(ROOT, path), 'utf8'), (other) => all.has(other))]));

describe('imports', () => {
  it('are seen: those of types, those that come later, and workers', () => {
    const app = GRAPH.get('src/app/page/app.ts') ?? [];
    expect(app).toContain('src/app/worker/recogniser.worker.ts');
    expect(app).toContain('src/app/page/views.ts');
    const views = GRAPH.get('src/app/page/views.ts') ?? [];
    expect(views).toContain('src/base/page/elements/icons.ts');
    expect(views.some((path) => path.startsWith('src/pictures/page/'))).toBe(true);
    expect([...GRAPH.values()].flat().length).toBeGreaterThan(FILES.length);
  });

  it('find what is wrong, where it is', () => {
    const wrong: Graph = new Map([
      ['src/base/a.ts', ['src/base/b.ts', 'src/app/c.ts']],
      ['src/base/b.ts', ['src/base/a.ts']],
      ['src/app/c.ts', ['src/base/b.ts']],
    ]);
    expect(circlesOf(wrong)).toEqual([['src/app/c.ts', 'src/base/a.ts', 'src/base/b.ts']]);
    expect(climbing(wrong, { base: [], app: ['base'] })).toEqual(['src/base/a.ts -> src/app/c.ts']);
  });

  it('make no circle of files', () => {
    expect(circlesOf(GRAPH)).toEqual([]);
  });

  it('only point down, from feature to feature', () => {
    expect(climbing(GRAPH, layers)).toEqual([]);
  });

  it('know every folder of src', () => {
    expect([...new Set(FILES.map(folderOf))].sort()).toEqual(Object.keys(layers).sort());
    for (const below of Object.values(layers).flat()) expect(existsSync(join(ROOT, 'src', below)), below).toBe(true);
  });

  it('of the service take nothing of the tools', () => {
    const texts = FILES.filter((path) => !path.endsWith('.d.ts')).map((path) => [path, readFileSync(join(ROOT, path), 'utf8')] as const);
    const taking = texts.filter(([, text]) => ts.preProcessFile(text, true, true).importedFiles.some(({ fileName }) => /(^|\/)tools\//.test(fileName)));
    expect(taking.map(([path]) => path)).toEqual([]);
  });
});
