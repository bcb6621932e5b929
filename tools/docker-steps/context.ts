import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

interface Ignore {
  add(patterns: string): Ignore;
  ignores(path: string): boolean;
}
const dockerignore = createRequire(import.meta.url)('@balena/dockerignore') as (options?: { ignorecase?: boolean }) => Ignore;

/** Never part of our context, and too large to be walked through only to find that out. */
const NOT_WALKED = new Set(['node_modules', '.git']);

/** Paths of a build context's files, as Docker sends them: without what .dockerignore names. */
export function contextFiles(root: string): string[] {
  const path = join(root, '.dockerignore');
  const ignore = dockerignore({ ignorecase: false }).add(existsSync(path) ? readFileSync(path, 'utf8') : '');
  const files: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const relative = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!NOT_WALKED.has(entry.name)) walk(relative);
      } else if (entry.isFile() && !ignore.ignores(relative)) files.push(relative);
    }
  };
  walk('');
  return files;
}

/**
 * COPY from the build context: files go into `target` (a folder where it ends with a slash or there are several sources),
 * folders give their contents.
 * @throws Error where a source is not in the context: ignored, or not there at all
 */
export function copyFromContext(root: string, files: readonly string[], sources: readonly string[], target: string): void {
  for (const source of sources) {
    const clean = source.replace(/^\.\//, '').replace(/\/$/, '');
    const inside = clean === '.' || clean === '' ? files : files.filter((file) => file === clean || file.startsWith(`${clean}/`));
    if (inside.length === 0) throw new Error(`COPY ${source}: there is no such file in the build context (see .dockerignore).`);
    for (const file of inside) {
      const name = clean === '.' || clean === '' ? file : file === clean ? basename(file) : file.slice(clean.length + 1);
      const to = join(target, name);
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(join(root, file), to);
    }
  }
}

/** COPY from another stage: a folder's contents go into `target`, a file to it. */
export function copyFromStage(stageRoot: string, sources: readonly string[], target: string): void {
  for (const source of sources) {
    const from = join(stageRoot, source);
    if (!existsSync(from)) throw new Error(`COPY --from: ${source} was not made.`);
    if (statSync(from).isDirectory()) cpSync(from, target, { recursive: true, verbatimSymlinks: true });
    else cpSync(from, join(target, basename(source)));
  }
}
