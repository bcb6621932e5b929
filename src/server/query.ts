import { CLASSES, type InstalledModels } from './models';
import type { Network } from './job';
import { Problem } from './problem';

export const DEFAULT_COUNT = 3;

const KNOWN = ['k', 'model', 'precision', 'index'];

/** What an address asks for. */
export interface Wish {
  /** Labels wanted, 1 to 1000. */
  readonly count: number;
  readonly network: Network;
  /** Whether each label comes with its class's index. */
  readonly index: boolean;
}

/**
 * Reads `?k=`, `?model=`, `?precision=` and `?index=`.
 * @throws Problem `bad-parameter` or `no-such-model`
 */
export function readQuery(query: unknown, models: InstalledModels): Wish {
  const values = query as Readonly<Record<string, string | string[]>>;
  for (const [name, value] of Object.entries(values)) {
    if (!KNOWN.includes(name)) throw new Problem('bad-parameter', `There is no parameter ${JSON.stringify(name)}: ${KNOWN.join(', ')} are known.`);
    if (Array.isArray(value)) throw new Problem('bad-parameter', `The parameter ${name} is given more than once.`);
  }
  const { k, model, precision, index = 'false' } = values as Readonly<Record<string, string | undefined>>;
  const count = k === undefined ? DEFAULT_COUNT : Number(k);
  if (k?.trim() === '' || !Number.isInteger(count) || count < 1 || count > CLASSES) {
    throw new Problem('bad-parameter', `k is a whole number from 1 to ${CLASSES}, not ${JSON.stringify(k)}.`);
  }
  if (index !== 'true' && index !== 'false') throw new Problem('bad-parameter', `index is true or false, not ${JSON.stringify(index)}.`);
  return { count, network: models.choose(model, precision), index: index === 'true' };
}
