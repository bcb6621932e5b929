import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hexSha256 } from '../../../tools/model/build-resnet18';
import { knownAnswer } from '../../../tools/model/known-answer';
import { modelIndex } from '../../../src/server/model-index';
import { ROOT } from '../../support/shared';

const FOLDER = join(ROOT, 'public/models');

describe('the model that comes with the app', () => {
  it('is committed with its manifest and licence, and no other model is', () => {
    const { stdout, status } = spawnSync('git', ['ls-files', 'public/models'], { cwd: ROOT, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout.trim().split('\n').sort()).toEqual(
      ['efficientnet-lite0.LICENSE.txt', 'efficientnet-lite0.json', 'efficientnet-lite0.onnx'].map((name) => `public/models/${name}`),
    );
  });

  it('is what its manifest says, and answers the self-test as it says', async () => {
    const manifest = modelIndex(FOLDER).find((m) => m.id === 'efficientnet-lite0');
    const variant = manifest?.variants[0];
    if (!manifest || !variant) throw new Error('EfficientNet-Lite0 is missing.');
    const bytes = readFileSync(join(FOLDER, variant.file));
    expect(bytes.length).toBe(variant.bytes);
    expect(hexSha256(bytes)).toBe(variant.sha256);
    const found = await knownAnswer(bytes, 'fp16', manifest.preprocessing.crop);
    variant.selfTest?.logits.forEach((logit, i) => expect(Math.abs(logit - found.logits[i])).toBeLessThan(variant.selfTest?.tolerance ?? 0));
    expect(variant.selfTest?.logits).toHaveLength(16);
  });
});
