import { fillSelfTestInput } from '../self-test.ts';
import { Arena } from './arena.ts';
import type { Kernels } from './kernels.ts';
import type { PlannedNetwork, PlanNetwork } from './network.ts';
import { OPERATOR_BYTES, writeOperators, type Operator } from './operator.ts';

const CONTROL_BYTES = 64;

/** Operators in memory, with the counters that run them. */
export interface OperatorList {
  readonly control: number;
  readonly operators: number;
  readonly count: number;
}

/** A network with its lists of operators, for which there is no memory yet. */
export interface LaidOut {
  readonly plan: PlannedNetwork;
  readonly whole: OperatorList;
  /** The same for another build of the kernels, whose threads hear nothing of the first one's runs: they would have the same stacks and memory. */
  readonly again: OperatorList | undefined;
  /** Control blocks of their own: the other threads do not watch these, so the leading one computes alone. */
  readonly alone: readonly OperatorList[];
  readonly staging: number;
}

/**
 * Lays a network and its lists of operators out.
 * @param threads that need a workspace of their own
 * @param again whether there is to be the whole once more
 */
export function layOut(planNetwork: PlanNetwork, arena: Arena, threads: number, again = false): LaidOut {
  const list = (operators: readonly Operator[]): OperatorList => ({
    control: arena.floats(CONTROL_BYTES / 4), operators: arena.floats((operators.length * OPERATOR_BYTES) / 4), count: operators.length,
  });
  const plan = planNetwork(arena, threads);
  return {
    plan, whole: list(plan.operators), again: again ? list(plan.operators) : undefined, alone: plan.alone.map(list), staging: arena.floats(plan.stagingBytes / 4),
  };
}

/** Puts a network's weights and operators into its memory. */
export function fill({ plan, whole, again, alone, staging }: LaidOut, kernels: Kernels, buffer: ArrayBufferLike): void {
  plan.place(kernels, buffer, staging);
  const words = new Int32Array(buffer);
  writeOperators(words, whole.operators, plan.operators);
  if (again) writeOperators(words, again.operators, plan.operators);
  for (const [i, { operators }] of alone.entries()) writeOperators(words, operators, plan.alone[i]);
}

/**
 * The network's own check, after a run on the self-test's input.
 * @returns undefined where all is well, or there is none, else what is wrong
 */
export function problemOf({ plan, whole, alone }: LaidOut, buffer: ArrayBufferLike, run: (list: OperatorList) => void): string | undefined {
  if (!plan.check) return undefined;
  fillSelfTestInput(new Float32Array(buffer, plan.input, 3 * plan.size ** 2));
  run(whole);
  return plan.check(buffer, (index) => run(alone[index]));
}
