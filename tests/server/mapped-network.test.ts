import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createService } from '../../src/server/service';
import { DEFAULTS } from '../../src/server/settings';
import { encodedImage, makeSite, post, startService } from '../support/server/service';

afterEach(() => vi.unstubAllEnvs());

/** Folder of the weights that a process has mapped. */
const mappedBy = (pid: number): string | undefined => {
  const path = /(\S+)\.weights$/m.exec(readFileSync(`/proc/${pid}/maps`, 'utf8'))?.[1];
  return path === undefined ? undefined : dirname(path);
};

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
    const picture = await encodedImage();
    const ask = async (): Promise<number> => (await post(`${service.url}/predict`, picture)).status;
    try {
      rmSync(mappedBy(service.pool.pids[0]) ?? '', { recursive: true });
      expect(await ask()).toBe(200);
      // The next process finds no file, and loads the model's own.
      const { pids } = service.pool;
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      await vi.waitFor(() => expect(service.pool.pids.filter((pid) => !pids.includes(pid))).toHaveLength(2), { timeout: 30_000 });
      expect(await ask()).toBe(200);
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
      expect((await post(`${await service.listen()}/predict`, await encodedImage())).status).toBe(200);
    } finally {
      await service.stop();
      site.remove();
    }
  });
});
