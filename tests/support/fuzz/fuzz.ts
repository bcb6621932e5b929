import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FuzzFailure } from './target';

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));

/** FUZZ_SEED and FUZZ_CASES ask for others, and more, than `npm test` runs; FUZZ_CASE is one alone, to be looked at. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const ONE = process.env['FUZZ_CASE'];
/** For a test of one target, milliseconds: what is asked for by hand may take hours. */
export const FUZZ_TIMEOUT = process.env['FUZZ_CASES'] === undefined ? 120_000 : 24 * 3_600_000;

/** A case that computes for longer never ends, milliseconds; one that waits for longer does not either. */
const MOST_COMPUTED = 3000;
const MOST_WAITED = 30_000;
const LOOK_EVERY = 200;

/** Milliseconds that a process has computed, where the system tells (Linux, proc(5), in ticks of 10 ms). */
function computed(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return undefined;
  }
}

function progressIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

/** Watches a process that is to go on from case to case, and ends it where it does not. @returns stops watching; true where it was ended */
function watch(pid: number, file: string, kill: () => void): () => boolean {
  let last = { at: '', since: performance.now(), computed: computed(pid) };
  let ended = false;
  const timer = setInterval(() => {
    const at = progressIn(file);
    if (at !== last.at) last = { at, since: performance.now(), computed: computed(pid) };
    const spent = (computed(pid) ?? 0) - (last.computed ?? 0);
    // Before the first case the good files are made, which takes longer.
    if (at === '' || (spent <= MOST_COMPUTED && performance.now() - last.since <= MOST_WAITED)) return;
    ended = true;
    kill();
  }, LOOK_EVERY);
  return () => {
    clearInterval(timer);
    return ended;
  };
}

interface Outcome {
  readonly failures: FuzzFailure[];
  /** The case that ended the process, or never ended. */
  readonly stuck: FuzzFailure | undefined;
}

async function runChild(targets: URL, name: string, first: number, count: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'sightglass-fuzz-'));
  const progress = join(folder, 'case');
  // What a page's worker has to itself; what is over that ends the process.
  const flags = ['--max-old-space-size=400', '--conditions=onnxruntime-web-use-extern-wasm', '--import', 'tsx'];
  const child = spawn(process.execPath, [...flags, CHILD, fileURLToPath(targets), name, String(SEED), String(first), String(count), progress], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let errors = '';
  child.stdout.on('data', (text: Buffer) => (said += text.toString()));
  child.stderr.on('data', (text: Buffer) => (errors = (errors + text.toString()).slice(-4000)));
  const stop = watch(child.pid ?? 0, progress, () => child.kill('SIGKILL'));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const hung = stop();
  const at = progressIn(progress);
  rmSync(folder, { recursive: true, force: true });
  const failures = said.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as FuzzFailure);
  if (code === 0 && at === 'done') return { failures, stuck: undefined };
  // Before the first case: the target itself is wrong.
  if (at === '') throw new Error(`The fuzz of ${name} did not begin: ${errors}`);
  const words = /heap out of memory|Allocation failed|out of memory/i.exec(errors)?.[0] ?? errors.trim().split('\n').slice(0, 6).join('\n');
  return { failures, stuck: { index: Number(at), what: hung ? 'it never ended' : `it ended the process (${code}): ${words}` } };
}

/**
 * Reads many changed files in a process of its own, whose memory and time are watched.
 *
 * @param targets file of the targets (target.ts)
 * @param cases how many; as many in each run of `npm test`, from the same seed
 * @returns what went wrong, with the command that has one of them again; empty where nothing did
 */
export async function fuzz(targets: URL, name: string, cases: number): Promise<string[]> {
  const end = ONE === undefined ? Number(process.env['FUZZ_CASES'] ?? cases) : Number(ONE) + 1;
  const found: string[] = [];
  let next = ONE === undefined ? 0 : Number(ONE);
  // After a case that ended its process another one goes on behind it.
  for (let processes = 0; next < end && processes < 5; processes++) {
    const { failures, stuck } = await runChild(targets, name, next, end - next);
    for (const { index, what } of stuck ? [...failures, stuck] : failures) found.push(`${name}, FUZZ_SEED=${SEED} FUZZ_CASE=${index}: ${what}`);
    if (!stuck) break;
    next = stuck.index + 1;
  }
  return found;
}
