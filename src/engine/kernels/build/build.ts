// npm run tool -- kernels: compiles src/engine/kernels to the .wasm files under src/engine/simd, the same bytes each time.
// Writes src/engine/simd/operator-fields.ts too, what the planner has to know of the kernels' header.
//   npm run tool -- kernels --check   compares with the files there
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemblyFile, gemmFunctions } from './assembly';
import { compile, root } from './compile';
import { dotFunctions } from './dot';
import { f32Functions } from './f32';
import { ADDON, compileNative } from './native';
import { OPERATOR_FIELDS, operatorFields } from './operator-fields';

const folder = join(root, 'src/engine/kernels');
const target = join(root, 'src/engine/simd');
const preprocess = join(root, 'src/engine/preprocess');
/** So small that it lies within a module of its own, which bundlers and Node take along as they are. */
const RESAMPLE = join(preprocess, 'resample-module.ts');

const resampleModule = (bytes: Buffer): string => `// Generated from resample.c by npm run tool -- kernels.\nexport const RESAMPLE =\n  '${bytes.toString('base64')}';\n`;

/** Builds with and without relaxed SIMD (FMA, dot products), with and without threads. Int8 wants relaxed SIMD; `joined` is for browsers that join two
 * vectors to one. */
export const BUILDS = [
  { name: 'kernels-joined-threads.wasm', relaxed: true, joined: true, threads: true },
  { name: 'kernels-joined.wasm', relaxed: true, joined: true, threads: false },
  { name: 'kernels-relaxed-threads.wasm', relaxed: true, joined: false, threads: true },
  { name: 'kernels-relaxed.wasm', relaxed: true, joined: false, threads: false },
  { name: 'kernels-threads.wasm', relaxed: false, joined: false, threads: true },
  { name: 'kernels.wasm', relaxed: false, joined: false, threads: false },
] as const;

/** Its tables lie behind those of the build that ran before it in the same memory. */
const JOINED_FLAGS = ['-DJOINED', '-Wl,--global-base=131072'];

function main(): void {
  const check = process.argv.includes('--check');
  const fields = operatorFields();
  if (!check) writeFileSync(OPERATOR_FIELDS, fields);
  else if (readFileSync(OPERATOR_FIELDS, 'utf8') !== fields) throw new Error(`${OPERATOR_FIELDS} is not what operator.h gives: npm run tool -- kernels.`);
  const sources = readdirSync(folder).filter((name) => name.endsWith('.c')).sort();
  const scratch = mkdtempSync(join(tmpdir(), 'sightglass-kernels-'));
  try {
    for (const build of BUILDS) {
      const output = join(scratch, build.name);
      const assembly = assemblyFile([...gemmFunctions(build.relaxed, build.joined), ...f32Functions(build.relaxed, build.joined), ...(build.relaxed ? dotFunctions(build.joined) : [])]);
      compile({ ...build, folder, sources, assembly, flags: ['-ffast-math', ...(build.joined ? JOINED_FLAGS : [])], output });
      const bytes = readFileSync(output);
      if (!check) writeFileSync(join(target, build.name), bytes);
      else if (!readFileSync(join(target, build.name)).equals(bytes)) throw new Error(`${build.name} is not what src/engine/kernels compiles to.`);
      console.log(`${build.name}: ${bytes.length} bytes${check ? ', as compiled' : ''}`);
    }
    const addon = join(scratch, 'kernels.node');
    compileNative(sources, scratch, addon);
    const native = readFileSync(addon);
    if (!check) writeFileSync(ADDON, native);
    else if (!readFileSync(ADDON).equals(native)) throw new Error(`${ADDON} is not what src/engine/kernels compiles to.`);
    console.log(`kernels-linux-x64.node: ${native.length} bytes${check ? ', as compiled' : ''}`);
    const output = join(scratch, 'resample.wasm');
    compile({ folder: preprocess, sources: ['resample.c'], assembly: '', relaxed: false, threads: false, output });
    const bytes = readFileSync(output);
    if (!check) writeFileSync(RESAMPLE, resampleModule(bytes));
    else if (readFileSync(RESAMPLE, 'utf8') !== resampleModule(bytes)) throw new Error(`${RESAMPLE} is not what resample.c compiles to.`);
    console.log(`resample.wasm: ${bytes.length} bytes${check ? ', as compiled' : ''}`);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

main();
