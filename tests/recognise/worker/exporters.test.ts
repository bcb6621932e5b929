import { describe, it } from 'vitest';
import { EXPORTER_SETS, exportersPython, makeCases } from '../../support/exporters';
import { expectCase } from './exported-case';

const python = exportersPython();

describe.skipIf(!python)('files that exporters make now', async () => {
  const sets = python ? await Promise.all(EXPORTER_SETS.map((set) => makeCases(python, set))) : [];
  for (const [i, made] of sets.entries()) {
    it.each(made.cases)(`are taken or refused: ${EXPORTER_SETS[i]}, $name`, (one) => expectCase(made, one));
  }
  if (!python) it('are tried', () => undefined);
});
