import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { featureTable, type FeatureRow } from '../../src/sessions/shared/export/features';

const MODEL = { id: 'resnet18', name: 'ResNet-18', precision: 'fp32', sha256: 'ab', width: 4 };

async function* rows(count: number, inSet?: FeatureRow['inSet']): AsyncGenerator<FeatureRow> {
  for (let frame = 0; frame < count; frame++) {
    const labelled = frame % 2 === 1;
    yield await Promise.resolve({
      session: 'Zoo', sessionId: 'z', ...(inSet && { inSet }), frame, timeUs: frame * 33_333, features: Float32Array.of(frame, 0.5, 0, -1), square: { x: 40, y: 0, width: 240, height: 240 },
      label: labelled ? { name: 'mug', accepted: frame === 3, ...(frame === 5 && { index: 504 }) } : undefined,
      predicted: labelled ? { index: 504, name: 'coffee mug', probability: 0.25 } : undefined,
    });
  }
}

describe('features of every frame', () => {
  it('are rows of a table that is written a group at a time', async () => {
    const parts: Uint8Array[] = [];
    for await (const part of featureTable(rows(600), 'Zoo', MODEL)) parts.push(part);
    // Two whole groups, and the last with the file's end.
    expect(parts).toHaveLength(3);
    const file = new Blob(parts.map((part) => new Uint8Array(part)));
    const bytes = await file.arrayBuffer();
    const found = await parquetReadObjects({ file: bytes });
    expect(found).toHaveLength(600);
    expect(found[599]).toEqual({
      session: 'Zoo', session_id: 'z', frame: 599n, time_s: 19.966467, label: 'mug', class: null, accepted: false, predicted: 'coffee mug', predicted_class: 504n, probability: 0.25,
      square_left: 40, square_top: 0, square_side: 240, features: [599, 0.5, 0, -1],
    });
    expect(found[3]['accepted']).toBe(true);
    // A thing of a person's own has no number.
    expect([found[5]['class'], found[3]['class'] ?? null]).toEqual([504n, null]);
    expect(found[0]['label'] ?? null).toBeNull();
    const metadata = await parquetMetadataAsync({ byteLength: bytes.byteLength, slice: (from, to) => bytes.slice(from, to) });
    expect(metadata.row_groups).toHaveLength(3);
    expect(JSON.parse(metadata.key_value_metadata?.find(({ key }) => key === 'sightglass')?.value ?? '')).toEqual({ session: 'Zoo', model: MODEL });
  });

  it('of a dataset say its class and side as well', async () => {
    const parts: Uint8Array[] = [];
    for await (const part of featureTable(rows(2, { classId: 3, side: 'val' }), 'All', MODEL, true)) parts.push(part);
    const found = await parquetReadObjects({ file: await new Blob(parts.map((part) => new Uint8Array(part))).arrayBuffer() });
    expect(found[1]).toMatchObject({ session: 'Zoo', session_id: 'z', class_id: 3n, split: 'val', frame: 1n, label: 'mug' });
  });
});
