import { openSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { seeded } from '../../../src/teach/shared/split';
import { mutated, placesOf, type Random } from './mutate';
import type { FuzzFailure, FuzzTarget, FuzzTargets } from './target';

/*
 * Runs cases of one target in a process of its own (fuzz.ts starts it): node --import tsx child.ts FILE TARGET SEED FIRST COUNT PROGRESS. The number
 * of the case that runs is written to PROGRESS before it begins, so that one that never ends, or ends the process, is known.
 */

const [file, name, seedText, firstText, countText, progress] = process.argv.slice(2);
const seed = Number(seedText);
const first = Number(firstText);
const end = first + Number(countText);

/** Most seconds of computing for a file, and most bytes, over all or reserved at once. */
const MOST_SECONDS = 2;
const MOST_BYTES = 512 * 2 ** 20;
/** More failures than this are of one kind, most likely. */
const MOST_FAILURES = 8;

// Writers put the time into what they make: the same files each time.
const NOW = Date.UTC(2026, 0, 1);
Date.now = () => NOW;

let reserved = 0;

/** Memory that is reserved and not written to is none to the system: so what is asked for is noted as well. */
function noteReservations(): void {
  for (const kind of ['ArrayBuffer', 'Uint8Array', 'Int8Array', 'Uint8ClampedArray', 'Uint16Array', 'Int16Array', 'Uint32Array', 'Int32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array'] as const) {
    const plain = globalThis[kind] as unknown as new (...args: unknown[]) => object;
    const width = 'BYTES_PER_ELEMENT' in plain ? (plain.BYTES_PER_ELEMENT as number) : 1;
    const noting: typeof plain = new Proxy(plain, {
      construct(target, args, newTarget) {
        if (typeof args[0] === 'number') reserved = Math.max(reserved, args[0] * width);
        return Reflect.construct(target, args, newTarget === noting ? target : newTarget) as object;
      },
    });
    Object.defineProperty(globalThis, kind, { value: noting, configurable: true, writable: true });
  }
}

async function caseOf(target: FuzzTarget, seeds: readonly Uint8Array[], places: readonly (readonly number[])[], random: Random): Promise<Uint8Array<ArrayBuffer>> {
  const at = Math.floor(random() * seeds.length);
  const made = target.mutate && random() < 0.5 ? await target.mutate(seeds[at], random) : mutated(seeds[at], seeds[Math.floor(random() * seeds.length)], places[at], random);
  return made as Uint8Array<ArrayBuffer>;
}

const words = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 6).join('\n') : String(error)).slice(0, 2000);

async function failureOf(target: FuzzTarget, bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  reserved = 0;
  const before = process.cpuUsage();
  const peak = process.resourceUsage().maxRSS * 1024;
  let problem: string | undefined;
  try {
    await target.read(bytes);
  } catch (error) {
    if (!target.isOwn(error)) problem = `an error that is none of the project's own: ${words(error)}`;
  }
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  if (seconds > MOST_SECONDS) return `it took ${seconds.toFixed(1)} s of computing`;
  if (reserved > MOST_BYTES) return `${Math.round(reserved / 2 ** 20)} MiB were reserved at once`;
  const grown = process.resourceUsage().maxRSS * 1024 - peak;
  if (grown > MOST_BYTES / 2 || (grown > 0 && process.resourceUsage().maxRSS * 1024 > base + MOST_BYTES)) return `memory grew by ${Math.round(grown / 2 ** 20)} MiB`;
  return problem;
}

let base = Infinity;

async function run(): Promise<void> {
  noteReservations();
  const targets = ((await import(pathToFileURL(file).href)) as { targets: FuzzTargets }).targets;
  const target = targets[name];
  // Not Node's Buffers, which are cut and copied in ways of their own.
  const seeds = (await target.seeds()).map((bytes) => new Uint8Array(bytes));
  // A seed that is not read tests nothing but how it is refused.
  for (const [i, bytes] of seeds.entries()) {
    try {
      await target.read(bytes.slice());
    } catch (error) {
      throw new Error(`The good file ${i} of ${name} is not read: ${words(error)}`, { cause: error });
    }
  }
  const places = seeds.map((bytes) => placesOf(bytes, target.marks ?? []));
  base = process.resourceUsage().maxRSS * 1024;
  const told = openSync(progress, 'w');
  const kinds = new Set<string>();
  for (let index = first; index < end && kinds.size < MOST_FAILURES; index++) {
    writeSync(told, String(index).padEnd(12), 0);
    const random = seeded(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
    const what = await failureOf(target, await caseOf(target, seeds, places, random));
    const kind = what?.replace(/\d+/g, '#');
    if (what === undefined || kind === undefined || kinds.has(kind)) continue;
    kinds.add(kind);
    writeSync(1, `${JSON.stringify({ index, what } satisfies FuzzFailure)}\n`);
  }
  writeSync(told, 'done'.padEnd(12), 0);
}

await run();
process.exit(0);
