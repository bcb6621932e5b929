import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { createOrtEngine } from '../../../src/engine/ort';
import { RecogniserService } from '../../../src/recognise/worker/recogniser-service';
import type { ExportedCase, ExportedCases } from '../../support/exporters';

/** Probabilities of float32 networks differ from PyTorch's by less: another order of summing, and other kernels. */
const TOLERANCE = 0.004;

/** Takes an exporter's files in as the page's worker does, without touching anything of it, and holds the answer against PyTorch's. */
export async function expectCase({ folder, picture }: ExportedCases, { files, answer = [], tolerance = TOLERANCE, ...wanted }: ExportedCase): Promise<void> {
  const service = new RecogniserService((_, model, options) => createOrtEngine(model, options));
  const given = files.map((file) => new File([readFileSync(join(folder, file))], basename(file)));
  if (wanted.refused !== undefined) {
    await expect(service.inspect(given, () => undefined)).rejects.toThrow(wanted.refused);
    return;
  }
  const { manifest } = await service.inspect(given, () => undefined);
  const [{ precision }] = manifest.variants;
  await service.load({ manifest, precision, location: { kind: 'draft' }, engine: 'ort', threads: 1 }, () => undefined);
  const { top, features } = await service.recognise({ ...picture, data: picture.data.slice() }, { id: 0, capturedAt: 0, count: 2000, live: false, features: true });
  if (wanted.features) {
    expect(top).toEqual([]);
    expect(features).toHaveLength(wanted.features.length);
    expect(features?.reduce((most, value, i) => Math.max(most, Math.abs(value - (wanted.features?.[i] ?? 0))), 0)).toBeLessThan(tolerance);
    return;
  }
  const found = top.toSorted((a, b) => a.index - b.index).map(({ probability }) => probability);
  expect(found).toHaveLength(answer.length);
  expect(top[0].index, 'first label').toBe(answer.indexOf(Math.max(...answer)));
  const worst = found.reduce((most, probability, i) => Math.max(most, Math.abs(probability - answer[i])), 0);
  expect(worst, `farthest from PyTorch, with ${JSON.stringify(manifest.preprocessing)} ${JSON.stringify(manifest.ports)}`).toBeLessThan(tolerance);
  if (wanted.labels) expect(manifest.classNames).toEqual(wanted.labels);
  expect(manifest.ports?.answers === 'independent').toBe(wanted.independent ?? false);
}
