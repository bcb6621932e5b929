import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabelConfidence } from '../../../src/server/job';
import { imports, venvPython } from '../../support/python';
import { encodedImage, post, startService, type TestService } from '../../support/server/service';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** A Python with the clients; undefined, with a loud word, where it cannot be had. */
function clientsPython(): string | undefined {
  const found = venvPython('venv-clients', imports('kserve, tritonclient.http'), '-r', join(HERE, 'requirements.txt'));
  if (found === undefined) console.warn('\n*** SKIPPED: the test with the clients of Triton and KServe needs Python 3 with venv and pip. ***\n');
  return found;
}

const python = clientsPython();

describe.skipIf(python === undefined)("Triton's and KServe's own clients", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ workers: 2 });
  });
  afterAll(() => service.end());

  it('are answered as /predict answers', { timeout: 120_000 }, async () => {
    const model = 'efficientnet-lite0';
    const pictures = await Promise.all([encodedImage('png', 320, 240), encodedImage('jpeg', 250, 300)]);
    const paths = pictures.map((bytes, i) => {
      const path = join(service.root, `picture-${i}`);
      writeFileSync(path, bytes);
      return path;
    });
    const child = spawn(python ?? '', [join(HERE, 'clients.py'), service.url, model, ...paths], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (output += part));
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    const seen = JSON.parse(output) as Record<string, unknown> & { readonly classes: string[][] };
    expect(seen).toMatchObject({
      live: true, ready: true, modelReady: true, server: 'sightglass', platform: 'onnx_onnxv1', inputs: ['image', 'input'], id: 'seven', shape: [2, 1000], sameInJson: true, tensorAlone: true,
      kserveLive: true, kserveReady: true, kserveModelReady: true,
    });
    expect(seen['error']).toContain('There is no model "nothing" here');
    expect(seen['softmaxDifference']).toBeLessThan(1e-6);
    // The same numbers, but for how JSON writes them.
    expect(seen['kserveDifference']).toBeLessThan(1e-5);
    for (const [i, bytes] of pictures.entries()) {
      const ours = (await (await post(`${service.url}/predict?k=2&index=true`, bytes)).json()) as LabelConfidence[];
      expect(seen['top']).toHaveProperty(String(i), ours[0].index);
      expect(seen.classes[i]).toEqual(ours.map(({ label, confidence, index }) => `${confidence.toFixed(6)}:${index}:${label}`));
    }
  });
});
