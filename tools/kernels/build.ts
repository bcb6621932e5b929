// npm run build:kernels: compiles src/kernels to the .wasm files under src/worker/engine/simd, the same bytes each time.
//   npm run build:kernels -- --check   compiles and compares with the files there
// The compiler is the ziglang wheel of PyPI at one version (clang and wasm-ld inside), put into tests/.tmp/zig by pip.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assemblySource } from './assembly';

const ZIG_VERSION = '0.15.2';
const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = join(root, 'src/kernels');
const target = join(root, 'src/worker/engine/simd');
const zigFolder = join(root, 'tests/.tmp/zig');

/** The four builds: with and without relaxed SIMD (FMA), with and without threads. */
export const BUILDS = [
  { name: 'kernels-relaxed-threads.wasm', relaxed: true, threads: true },
  { name: 'kernels-relaxed.wasm', relaxed: true, threads: false },
  { name: 'kernels-threads.wasm', relaxed: false, threads: true },
  { name: 'kernels.wasm', relaxed: false, threads: false },
] as const;

function run(command: string, args: readonly string[]): void {
  const result = spawnSync(command, args, { cwd: sources, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`${command} failed: ${result.error?.message ?? result.stderr}`);
}

function zig(): string {
  const path = join(zigFolder, 'ziglang/zig');
  if (!existsSync(path)) {
    run('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--target', zigFolder, `ziglang==${ZIG_VERSION}`]);
  }
  return path;
}

function compile(compiler: string, build: (typeof BUILDS)[number], output: string): void {
  const assembly = `${output}.c`;
  writeFileSync(assembly, assemblySource(build.relaxed));
  const features = ['-msimd128', '-mbulk-memory', '-mmutable-globals', ...(build.relaxed ? ['-mrelaxed-simd'] : [])];
  const threads = build.threads ? ['-matomics', '-DTHREADS', '-Wl,--shared-memory'] : [];
  run(compiler, [
    'cc', '--target=wasm32-freestanding', '-O3', '-g0', '-std=c11', '-nostdlib', '-ffast-math', '-fno-sanitize=all', '-Wall', '-Wno-pass-failed',
    ...features, ...threads,
    '-Wl,--no-entry', '-Wl,--import-memory', '-Wl,--initial-memory=1048576', '-Wl,--max-memory=536870912',
    '-Wl,-z,stack-size=65536', '-Wl,--export=__heap_base', '-Wl,--export=__stack_pointer', '-Wl,--strip-all',
    '-o', output, ...readdirSync(sources).filter((name) => name.endsWith('.c')).sort(), assembly,
  ]);
}

function main(): void {
  const check = process.argv.includes('--check');
  const compiler = zig();
  const scratch = mkdtempSync(join(tmpdir(), 'sightglass-kernels-'));
  try {
    for (const build of BUILDS) {
      const output = join(scratch, build.name);
      compile(compiler, build, output);
      const bytes = readFileSync(output);
      if (!check) writeFileSync(join(target, build.name), bytes);
      else if (!readFileSync(join(target, build.name)).equals(bytes)) throw new Error(`${build.name} is not what src/kernels compiles to.`);
      console.log(`${build.name}: ${bytes.length} bytes${check ? ', as compiled' : ''}`);
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

main();
