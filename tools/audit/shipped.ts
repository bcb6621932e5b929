import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { init, parse } from 'es-module-lexer';
import ts from 'typescript';

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
type Lock = Readonly<Record<string, LockedPackage | undefined>>;

/** The package of an import, without the path inside it; undefined for the project's own files and Node's modules. */
function packageOf(specifier: string): string | undefined {
  if (/^(\.|node:|\/|virtual:)/.test(specifier)) return undefined;
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Packages that the sources of a folder import, types aside: what is only a type is not in the build. */
export async function importedPackages(folder: string): Promise<Set<string>> {
  await init;
  const found = new Set<string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/(?<!\.d)\.ts$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), {
      compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, experimentalDecorators: true },
    });
    for (const { n } of parse(outputText)[0]) {
      const name = n === undefined ? undefined : packageOf(n);
      if (name !== undefined) found.add(name);
    }
  }
  return found;
}

/** Where Node finds a package from another one: inside it, or in a folder above. */
function resolve(lock: Lock, from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const location = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (lock[location]) return location;
    if (at === '') return undefined;
  }
}

/**
 * Locations in package-lock.json (`node_modules/...`) of what reaches a person's device or server: the service's dependencies, what the
 * page's and the service's sources import, and what these need in turn. The page's packages are development dependencies in
 * package.json, as the build takes them in: npm's `--omit=dev` would leave them out.
 */
export async function shippedPackages(root: string): Promise<Set<string>> {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies?: Record<string, string> };
  const { packages: lock } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Lock };
  const shipped = new Set<string>();
  const add = (from: string, name: string): void => {
    const location = resolve(lock, from, name);
    if (location === undefined || shipped.has(location)) return;
    shipped.add(location);
    const { dependencies, optionalDependencies } = lock[location] ?? {};
    for (const further of Object.keys({ ...dependencies, ...optionalDependencies })) add(location, further);
  };
  for (const name of [...Object.keys(manifest.dependencies ?? {}), ...(await importedPackages(join(root, 'src')))]) add('', name);
  return shipped;
}
