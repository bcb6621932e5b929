import { TORCHVISION_PREPROCESSING, type KnownAnswer, type Preprocessing } from './model.ts';

/**
 * Fills the network's input with a fixed pattern: a smooth wave with noise on it, so that every convolution has
 * something to answer to. The noise is the generator of Numerical Recipes (Press et al., section 7.1: 1664525, 1013904223).
 *
 * @param input float32 NCHW [1, 3, size, size]
 */
export function fillSelfTestInput(input: Float32Array): void {
  let state = 42;
  for (let i = 0; i < input.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    input[i] = Math.fround(Math.sin(i / 97) + (state / 2 ** 32 - 0.5));
  }
}

/** Makes numbers as torchvision normalises them those of the same picture in a network's own range. */
export function asPicture(input: Float32Array, { mean, std }: Preprocessing): void {
  const plane = input.length / 3;
  for (let c = 0; c < 3; c++) {
    for (let i = c * plane; i < (c + 1) * plane; i++) {
      const value = input[i] * TORCHVISION_PREPROCESSING.std[c] + TORCHVISION_PREPROCESSING.mean[c];
      input[i] = (Math.min(1, Math.max(0, value)) - mean[c]) / std[c];
    }
  }
}

/** Logits that a known answer stores. */
export const KNOWN_ANSWER_LENGTH = 16;

/**
 * Compares an engine's answer to the self-test input with the known one.
 * @returns undefined where all is well, else what is wrong, for a bug report
 */
export function selfTestProblem(logits: Float32Array, known: KnownAnswer | undefined): string | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const logit of logits) {
    if (!Number.isFinite(logit)) return `a score is ${logit}`;
    low = Math.min(low, logit);
    high = Math.max(high, logit);
  }
  if (high - low < 1e-3) return `all scores are the same (${low})`;
  if (!known) return undefined;
  for (let i = 0; i < known.logits.length; i++) {
    const difference = Math.abs(logits[i] - known.logits[i]);
    if (!(difference <= known.tolerance)) {
      return `score ${i} is ${logits[i].toFixed(4)}, known is ${known.logits[i].toFixed(4)} (tolerance ${known.tolerance})`;
    }
  }
  return undefined;
}
