import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { IMAGENET_LABELS } from '../../../src/base/shared/labels/imagenet';
import { forBatches } from './for-batches';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FOLDER = join(ROOT, 'tests/.tmp/bench-service');
const PYTHON = join(FOLDER, 'venv/bin/python');
export const MODEL = join(ROOT, 'dist/models/resnet18.onnx');

/** A running service. */
export interface Contestant {
  readonly name: string;
  /** Of `/predict`. */
  readonly url: string;
  /** MiB of memory that its processes have to themselves (PSS: shared pages counted in parts), all together. */
  memory(): number;
  stop(): Promise<void>;
}

/** Starts a program and waits for what tells its address. */
async function start(name: string, command: string, args: readonly string[], address: (output: string) => string | undefined): Promise<Contestant> {
  const child: ChildProcess = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      const found = address(output);
      if (found !== undefined) resolve(found);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}: ${output}`)));
  });
  return {
    name,
    url,
    memory: () => memoryOf(child.pid ?? 0),
    async stop() {
      child.kill('SIGTERM');
      await Promise.race([ended, setTimeout(5000)]);
      // What it has left behind: LitServe waits for its own processes for ever.
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      } catch {
        // Nothing is left.
      }
      await ended;
    },
  };
}

/** Linux only; NaN elsewhere. */
function memoryOf(pid: number): number {
  try {
    const own = Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) / 1024;
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean));
    return own + children.reduce((sum, child) => sum + memoryOf(Number(child)), 0);
  } catch {
    return NaN;
  }
}

function preparePython(): void {
  const works = (): boolean => existsSync(PYTHON) && spawnSync(PYTHON, ['-c', 'import flask, waitress, gunicorn, litserve, onnxruntime, PIL']).status === 0;
  if (works()) return;
  mkdirSync(FOLDER, { recursive: true });
  const requirements = join(ROOT, 'tools/bench/service/requirements.txt');
  spawnSync('python3', ['-m', 'venv', join(FOLDER, 'venv')], { stdio: 'inherit' });
  spawnSync(PYTHON, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements], { stdio: 'inherit' });
  if (!works()) throw new Error('The benchmark needs Python 3 with venv and pip, to run Flask, LitServe, Pillow and onnxruntime.');
}

/** Our built service as `npm run serve` starts it. */
export function startOurs(precision: 'fp32' | 'int8'): Promise<Contestant> {
  const main = join(ROOT, 'dist-server/main.js');
  if (!existsSync(main) || !existsSync(MODEL)) throw new Error('Run npm run model, npm run build and npm run build:service first (ResNet-18 is needed).');
  const args = [main, '--port', '0', '--model', 'resnet18', '--precision', precision, '--queue', '64', '--log-level', 'silent'];
  return start(precision === 'fp32' ? 'Sightglass' : 'Sightglass, int8', process.execPath, args, (output) => /(http:\/\/\S+\/predict)/.exec(output)?.[1]);
}

/** The labels as a file for Python. */
function labelsFile(): string {
  preparePython();
  const labels = join(FOLDER, 'labels.json');
  writeFileSync(labels, JSON.stringify(IMAGENET_LABELS));
  return labels;
}

const pythonsAddress = (output: string): string | undefined => (/^\d+$/m.test(output) ? `http://127.0.0.1:${output.trim()}/predict` : undefined);

/**
 * The service in Python, tuned: a core for each picture that is worked on.
 * @param how under waitress with a thread a core, or under gunicorn with a process a core
 */
export function startFlask(how: 'waitress' | 'gunicorn'): Promise<Contestant> {
  const threads = how === 'waitress' ? String(availableParallelism()) : '0';
  return start(
    how === 'waitress' ? 'Flask, a thread a core' : 'Flask, a process a core',
    PYTHON,
    [join(ROOT, 'tools/bench/service/flask_service.py'), MODEL, labelsFile(), threads, '1'],
    pythonsAddress,
  );
}

/** The same in LitServe: pictures that wait together are one run of the network, in a process a core. */
export async function startLitServe(): Promise<Contestant> {
  const labels = labelsFile();
  const model = join(FOLDER, 'any-number.onnx');
  writeFileSync(model, forBatches(MODEL));
  const args = [join(ROOT, 'tools/bench/service/litserve_service.py'), model, labels, String(availableParallelism()), '1'];
  const contestant = await start('LitServe, batches', PYTHON, args, pythonsAddress);
  // It tells its port before its processes have loaded the network.
  const health = new URL('/health', contestant.url);
  for (let i = 0; !(await fetch(health).then(({ ok }) => ok, () => false)); i++) {
    if (i > 300) throw new Error('LitServe has not started within a minute.');
    await setTimeout(200);
  }
  return contestant;
}
