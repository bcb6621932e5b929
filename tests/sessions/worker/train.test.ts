import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageFolder } from '../../../src/sessions/shared/dataset/formats/image-folder';
import { datasetPython } from '../../support/dataset-readers';
import { fixturePictures, writtenFiles } from '../../support/dataset-fixture';
import { ROOT, SCRATCH } from '../../support/shared';
import { expectCase } from '../../recognise/worker/exported-case';

const readers = datasetPython();

/** Probabilities of the trained network for a picture, as PyTorch gives them. */
const ANSWER = `
import sys, json, torch
from PIL import Image
from torchvision import models, transforms as T
state = torch.load(sys.argv[1], weights_only=True)
model = models.resnet18(num_classes=state["fc.weight"].shape[0]).eval()
model.load_state_dict(state)
plain = T.Compose([T.Resize(256), T.CenterCrop(224), T.ToTensor(), T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
with torch.no_grad():
    print(json.dumps(model(plain(Image.open(sys.argv[2]).convert("RGB"))[None]).softmax(1)[0].tolist()))
`;

const [, LINES] = /```python\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/train.md'), 'utf8')) ?? [];

it('docs/train.md has as many lines of Python as it says', () => {
  expect(LINES.split('\n').filter((line) => line.trim() !== '')).toHaveLength(30);
});

describe.skipIf(!readers?.torch)('from a training set to an own model', () => {
  const python = readers?.python ?? '';
  let folder: string;

  beforeAll(() => {
    mkdirSync(SCRATCH, { recursive: true });
    folder = mkdtempSync(join(SCRATCH, 'train-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('the lines of docs/train.md train on what is exported, and the app takes what comes of it', { timeout: 300_000 }, async () => {
    for (const [path, bytes] of await writtenFiles(imageFolder, await fixturePictures({ train: 6, val: 2, test: 2 }))) {
      const file = join(folder, 'zoo', path);
      mkdirSync(path.endsWith('/') ? file : dirname(file), { recursive: true });
      if (!path.endsWith('/')) writeFileSync(file, bytes);
    }
    writeFileSync(join(folder, 'train.py'), LINES);
    // From nothing: weights would have to be downloaded.
    const said = execFileSync(python, ['train.py', 'zoo', 'none', '2'], { cwd: folder, encoding: 'utf8' });
    expect(said).toMatch(/^epoch 0: val [01]\.\d{3}\nepoch 1: val [01]\.\d{3}\ntest accuracy: [01]\.\d{3} of 10 pictures\n$/);
    const labels = readFileSync(join(folder, 'labels.txt'), 'utf8').trim().split('\n');
    expect(labels).toContain('bullet train');
    expect(labels).toHaveLength(5);
    const image = sharp({ create: { width: 320, height: 240, channels: 3, background: '#284064' } });
    await image.png().toFile(join(folder, 'picture.png'));
    const answer = JSON.parse(execFileSync(python, ['-c', ANSWER, 'zoo.pt', 'picture.png'], { cwd: folder, encoding: 'utf8' })) as number[];
    const { data, info } = await sharp(join(folder, 'picture.png')).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const picture = { width: info.width, height: info.height, data: new Uint8ClampedArray(data) };
    await expectCase({ folder, cases: [], picture }, { name: 'zoo', files: ['zoo.pt', 'labels.txt'], answer, labels });
  });
});
