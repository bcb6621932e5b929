import { describe, it } from 'vitest';
import { KEPT_CASES, readCases } from '../../support/exporters';
import { expectCase } from './exported-case';

const kept = await readCases(KEPT_CASES);

describe('files of PyTorch\'s, Optimum\'s and onnxruntime\'s exporters', () => {
  it.each(kept.cases)('are taken or refused: $name', (one) => expectCase(kept, one));
});
