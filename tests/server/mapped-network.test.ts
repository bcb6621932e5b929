import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TORCHVISION_PREPROCESSING } from '../../src/engine/model';
import { mapNetwork } from '../../src/server/mapped-network';
import * as ort from '../../src/server/onnxruntime';
import { createService } from '../../src/server/service';
import { DEFAULTS } from '../../src/server/settings';
import { ROOT } from '../support/shared';
import { encodedImage, makeSite, post, startService } from '../support/server/service';

afterEach(() => vi.unstubAllEnvs());

/** Folder of the weights that a process has mapped. */
const mappedBy = (pid: number): string | undefined => {
  const path = /(\S+)\.weights$/m.exec(readFileSync(`/proc/${pid}/maps`, 'utf8'))?.[1];
  return path === undefined ? undefined : dirname(path);
};

/** The networks that are here: one comes with the app, the others are made by `npm run model`. */
const MODELS = join(ROOT, 'public/models');
const networks = existsSync(MODELS) ? readdirSync(MODELS).filter((name) => name.endsWith('.onnx')) : [];

async function scores(path: string): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const input = Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => Math.sin(i / 97) + Math.cos(i / 7919));
  const { [session.outputNames[0]]: { data } } = await session.run({ [session.inputNames[0]]: new ort.Tensor('float32', input, [1, 3, 224, 224]) });
  await session.release();
  return data as Float32Array;
}

describe('a network as it was optimised for all processes', () => {
  it.each(networks)('answers as its own file does, %s', async (name) => {
    const path = join(MODELS, name);
    const mapped = await mapNetwork({ model: name, precision: 'fp32', path, preprocessing: TORCHVISION_PREPROCESSING, selfTest: undefined, engine: 'onnxruntime' }, [], 1);
    try {
      expect(await scores(mapped.path ?? '')).toEqual(await scores(path));
    } finally {
      await mapped.remove();
    }
  });
});

describe.skipIf(platform() !== 'linux')('the weights of the service', () => {
  it('lie in memory once, in a file that is gone with the service', async () => {
    // Of a service that was killed: no process has such an id.
    const left = join(tmpdir(), 'sightglass-weights-4194305-left');
    mkdirSync(left);
    const service = await startService({ workers: 2 });
    expect(existsSync(left)).toBe(false);
    const [one, other] = service.pool.pids.map(mappedBy);
    await service.end();
    expect(one).toBeDefined();
    expect(other).toBe(one);
    expect(existsSync(one ?? '')).toBe(false);
  });

  it('are loaded from the model itself where that file was cleared away', async () => {
    const service = await startService({ workers: 2 });
    const warned = vi.spyOn(service.app.log, 'warn');
    const picture = await encodedImage();
    const ask = async (): Promise<number> => (await post(`${service.url}/predict`, picture)).status;
    try {
      rmSync(mappedBy(service.pool.pids[0]) ?? '', { recursive: true });
      expect(await ask()).toBe(200);
      // The next process finds no file, and loads the model's own.
      const { pids } = service.pool;
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      await vi.waitFor(() => expect(service.pool.pids.filter((pid) => !pids.includes(pid))).toHaveLength(2), { timeout: 30_000 });
      // Until they have loaded it a picture may wait for too long.
      await vi.waitFor(async () => expect(await ask()).toBe(200), { timeout: 60_000 });
      // Each says so.
      await vi.waitFor(() => {
        const told = warned.mock.calls.flat().map((text) => /^Process (\d+) could not use the weights that all processes share/.exec(String(text))?.[1]);
        expect(told).toEqual(expect.arrayContaining(service.pool.pids.map(String)));
      });
    } finally {
      await service.end();
    }
  });

  it('are each process\'s own where there is no folder for temporary files', async () => {
    const site = makeSite();
    vi.stubEnv('TMPDIR', join(site.root, 'none'));
    const service = await createService({ ...DEFAULTS, port: 0, workers: 1, logLevel: 'silent', folder: site.folder, models: join(site.folder, 'models') });
    try {
      expect(service.pool.pids.map(mappedBy)).toEqual([undefined]);
      expect(service.passedOver).toEqual([expect.stringMatching(/weights were not written for all processes/)]);
      expect((await post(`${await service.listen()}/predict`, await encodedImage())).status).toBe(200);
    } finally {
      await service.stop();
      site.remove();
    }
  });
});
