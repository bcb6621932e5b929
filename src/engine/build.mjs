// npm run build -w src/engine: makes dist/, which npm pack takes, of the sources, plain modules for bundlers, browsers and Node.
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const here = import.meta.dirname;
const dist = join(here, 'dist');
/** How the worker of a further thread is named where one is started, which tsc leaves as it is. */
const [WORKER, BUILT_WORKER] = ["'./simd/thread.worker.ts'", "'./simd/thread.worker.js'"];

rmSync(dist, { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const compiled = spawnSync(process.execPath, [tsc, '-p', join(here, 'tsconfig.build.json')], { stdio: 'inherit' });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

// tsc rewrites the imports of modules alone, not those of their types.
for (const name of readdirSync(dist, { recursive: true }).map(String).filter((file) => file.endsWith('.d.ts'))) {
  const path = join(dist, name);
  writeFileSync(path, readFileSync(path, 'utf8').replace(/(?<=(?:from |import\()'\.[^']*)\.ts(?=')/g, '.js'));
}

for (const name of ['host', 'page-threads']) {
  const path = join(dist, `${name}.js`);
  const code = readFileSync(path, 'utf8');
  if (!code.includes(WORKER)) throw new Error(`${name}.ts does not start ${WORKER} any more: build.mjs has to follow.`);
  writeFileSync(path, code.replace(WORKER, BUILT_WORKER));
}

const simd = join(here, 'simd');
for (const name of readdirSync(simd).filter((file) => file.endsWith('.wasm'))) copyFileSync(join(simd, name), join(dist, 'simd', name));
copyFileSync(join(here, '../../LICENSE'), join(here, 'LICENSE'));
