import { asPicture, fillSelfTestInput, selfTestProblem } from '../../engine/index';
import type { Engine as EngineName, Network } from '../job';

/** A network that an engine runs. */
export interface Runner {
  readonly engine: EngineName;
  /** float32 NCHW [1, 3, size, size], normalised; the preprocessor writes into it. */
  readonly input: Float32Array;
  /** @returns scores of what `input` holds, as `probabilitiesOf` takes them; the next run may overwrite them */
  run(): Promise<Float32Array>;
  release(): Promise<void>;
}

/** @throws Error where a network's answer to the self-test is wrong */
export async function selfTest(network: Network, runner: Runner): Promise<void> {
  fillSelfTestInput(runner.input);
  if (network.own) asPicture(runner.input, network.preprocessing);
  const problem = selfTestProblem(await runner.run(), network.selfTest);
  if (problem) throw new Error(`${network.model} (${network.precision}) fails its self-test in ${runner.engine}: ${problem}`);
}
