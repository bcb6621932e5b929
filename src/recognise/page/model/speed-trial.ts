import type { WorkerFactory } from '../../../base/page/worker-link';
import { RecogniserClient } from './recogniser-client';
import { Fault, type FaultCode } from '../../../base/shared/fault';
import type { LoadedModel, LoadRequest } from '../../shared/recogniser';
import { quicker, type Speed } from '../../shared/speed';
import { median } from '../../../base/shared/statistics';
import type { SpeedRecord } from './speeds';
import type { ExclusiveGate } from './exclusive-gate';
import { RETRY_FAULTS } from './fallbacks';

/** The first round warms up: WebAssembly is compiled a second time, better, while it runs. */
const ROUNDS = 4;
const RUNS = 8;
/** One turn; labels stand still for as long, milliseconds. */
const TURN_MS = 400;
/** Between turns labels go on, milliseconds. */
const PAUSE_MS = 120;
/** Of a browser that tells, GiB: with less, two networks side by side are too much. */
const MEMORY_NEEDED = 2;

/** A worker with a model in it. */
export interface TrialSide {
  readonly client: RecogniserClient;
  readonly loaded: LoadedModel;
}

export interface TrialResult {
  readonly record: SpeedRecord;
  /** The worker that was started for the trial, where it is the better one; the caller's now. */
  readonly taken: TrialSide | undefined;
}

/** Device Memory and Network Information; Chromium only, so TypeScript has no types for them. */
interface DeviceNavigator {
  readonly deviceMemory?: number;
  readonly connection?: { readonly saveData?: boolean };
}

/** Whether this device has room for a second network beside the first, and its owner minds no download. */
export function trialAllowed({ deviceMemory, connection }: DeviceNavigator = navigator as DeviceNavigator): boolean {
  return !(deviceMemory !== undefined && deviceMemory <= MEMORY_NEEDED) && connection?.saveData !== true;
}

/** Faults that say nothing of the model: the next visit tries again. */
const PASSING: readonly FaultCode[] = ['model-download', 'start-timeout'];

/** Times workers turn by turn, so that whatever else the device does hits all alike; medians in milliseconds. */
async function timeInTurns(sides: readonly TrialSide[], gate: ExclusiveGate, stopped: () => boolean): Promise<number[] | undefined> {
  const times = sides.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { client }] of sides.entries()) {
      if (stopped()) return undefined;
      // What times numbers of threads may be at a turn, its last one.
      const turn = await gate.alone(() => client.measure(RUNS, TURN_MS));
      if (round > 0) times[i].push(...turn);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  return stopped() ? undefined : times.map(median);
}

function speedOf({ loaded: { precision, engine, threads } }: TrialSide, ms: number): Speed {
  return { precision, engine, threads, ms };
}

/**
 * A worker of its own with the other precision in it, in the first of the ways that works.
 * @returns undefined where it is no longer wanted
 * @throws Fault of the last way that was tried
 */
async function startRival(
  requests: readonly LoadRequest[],
  stopped: () => boolean,
  spawn: WorkerFactory,
): Promise<TrialSide | undefined> {
  for (const [i, request] of requests.entries()) {
    const { client } = await RecogniserClient.start(spawn);
    try {
      if (!stopped()) return { client, loaded: await client.load(request, () => undefined) };
    } catch (error) {
      const fault = Fault.from(error, 'engine-failed');
      if (i + 1 === requests.length || !RETRY_FAULTS.includes(fault.code)) {
        client.dispose();
        throw fault;
      }
    }
    client.dispose();
    if (stopped()) return undefined;
  }
  return undefined;
}

/**
 * Loads the other precision into a worker of its own and times both in turns, while labels go on in between.
 *
 * @param running the worker that recognises
 * @param requests what to load beside it: the ways to run it, to be tried in turn
 * @param gate holds frames back during a turn
 * @param stopped tells that the trial is no longer wanted
 * @returns undefined where it was stopped or the other precision could not be fetched: nothing is known then
 */
export async function runTrial(
  running: TrialSide,
  requests: readonly LoadRequest[],
  gate: ExclusiveGate,
  stopped: () => boolean,
  spawn: WorkerFactory,
): Promise<TrialResult | undefined> {
  let other: TrialSide | undefined;
  let taken: TrialSide | undefined;
  try {
    other = await startRival(requests, stopped, spawn);
    if (!other) return undefined;
    const sides = [running, other];
    const times = await timeInTurns(sides, gate, stopped);
    if (!times) return undefined;
    const speeds = sides.map((side, i) => speedOf(side, times[i])).sort((a, b) => Number(a.precision === 'int8') - Number(b.precision === 'int8'));
    const choice = quicker(speeds);
    if (choice === other.loaded.precision) taken = other;
    return { record: { speeds, choice }, taken };
  } catch (error) {
    const fault = Fault.from(error, 'engine-failed');
    if (stopped() || running.client.dead || PASSING.includes(fault.code)) return undefined;
    // The other one cannot run here: what runs is the choice, and there is no need to try again.
    const ms = median(await gate.exclusive(() => running.client.measure(RUNS, TURN_MS)).catch(() => [NaN]));
    if (Number.isNaN(ms)) return undefined;
    return { record: { speeds: [speedOf(running, ms)], choice: running.loaded.precision }, taken: undefined };
  } finally {
    if (!taken) other?.client.dispose();
  }
}
