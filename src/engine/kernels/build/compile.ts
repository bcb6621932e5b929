// The C compiler for WebAssembly: the ziglang wheel of PyPI at one version (clang and wasm-ld inside), put into tests/.tmp/zig by pip.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ZIG_VERSION = '0.15.2';
export const root = fileURLToPath(new URL('../../../..', import.meta.url));
const zigFolder = join(root, 'tests/.tmp/zig');

function run(command: string, args: readonly string[], folder: string): void {
  const result = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${command} failed: ${result.error?.message ?? result.stderr}`);
}

function zig(): string {
  const path = join(zigFolder, 'ziglang/zig');
  if (!existsSync(path)) {
    run('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--no-compile', '--target', zigFolder, `ziglang==${ZIG_VERSION}`], root);
  }
  return path;
}

/** One WebAssembly module to be compiled. */
export interface Compilation {
  /** Where the sources are, and from where their names count: names with folders would change the module. */
  readonly folder: string;
  readonly sources: readonly string[];
  /** A generated C file that goes last; '' for none. */
  readonly assembly: string;
  readonly relaxed: boolean;
  readonly threads: boolean;
  readonly flags?: readonly string[];
  /** The .wasm file to be written. */
  readonly output: string;
}

/** Compiles C to a module that imports its memory; the same bytes each time. */
export function compile({ folder, sources, assembly, relaxed, threads, flags = [], output }: Compilation): void {
  const generated = `${output}.c`;
  if (assembly) writeFileSync(generated, assembly);
  const features = ['-msimd128', '-mbulk-memory', '-mmutable-globals', ...(relaxed ? ['-mrelaxed-simd'] : [])];
  const shared = threads ? ['-matomics', '-DTHREADS', '-Wl,--shared-memory'] : [];
  run(zig(), [
    'cc', '--target=wasm32-freestanding', '-O3', '-g0', '-std=c11', '-nostdlib', '-fno-sanitize=all', '-Wall', '-Wno-pass-failed',
    ...features, ...shared, ...flags,
    '-Wl,--no-entry', '-Wl,--import-memory', '-Wl,--initial-memory=1048576', '-Wl,--max-memory=536870912',
    '-Wl,-z,stack-size=65536', '-Wl,--export=__heap_base', '-Wl,--export=__stack_pointer', '-Wl,--strip-all',
    '-o', output, ...sources, ...(assembly ? [generated] : []),
  ], folder);
}

/** An addon of Node to be compiled. */
interface AddonCompilation extends Pick<Compilation, 'folder' | 'sources' | 'output'> {
  /** Folders whose headers come before the compiler's own. */
  readonly include: readonly string[];
}

/**
 * Compiles C to an addon of Node for x86-64 Linux with AVX2 and FMA, for the C library of Debian 10 and all later ones; the same bytes each time.
 * Multiplications and additions are fused where the source says so, and nowhere else.
 */
export function compileAddon({ folder, sources, include, output }: AddonCompilation): void {
  run(zig(), [
    'cc', '--target=x86_64-linux-gnu.2.28', '-march=x86_64_v3', '-O3', '-g0', '-std=gnu11', '-fPIC', '-shared', '-fvisibility=hidden', '-fno-sanitize=all',
    '-ffast-math', '-ffp-contract=off', '-Wall', '-Wno-pass-failed', '-Wno-overriding-option', '-D__wasm_relaxed_simd__', '-DJOINED', '-DTHREADS', '-pthread',
    ...include.flatMap((path) => ['-I', path]), '-Wl,--allow-shlib-undefined', '-Wl,-s', '-o', output, ...sources,
  ], folder);
}
