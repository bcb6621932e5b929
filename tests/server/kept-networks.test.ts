import { describe, expect, it } from 'vitest';
import { KeptNetworks } from '../../src/server/kept-networks';

/** Networks by name that tell when they start and are released. */
function networks(): { kept: KeptNetworks<{ release(): Promise<void> }>; told: string[]; ask: (path: string, threads?: number, job?: () => Promise<void>) => Promise<void> } {
  const told: string[] = [];
  const kept = new KeptNetworks<{ release(): Promise<void> }>('default');
  const ask = (path: string, threads = 1, job: () => Promise<void> = () => Promise.resolve()): Promise<void> =>
    kept.use(path, threads, () => {
      told.push(`+${path} ${threads}`);
      const release = (): Promise<void> => Promise.resolve(void told.push(`-${path} ${threads}`));
      return path === 'broken' ? Promise.reject(new Error('no model')) : Promise.resolve({ release });
    }, job);
  return { kept, told, ask };
}

describe('networks that a process keeps', () => {
  it('are the default one and the latest two others; the oldest is released with all its sessions', async () => {
    const { kept, told, ask } = networks();
    await ask('default');
    await ask('a');
    await ask('a', 4);
    await ask('b');
    await ask('a');
    expect(told).toEqual(['+default 1', '+a 1', '+a 4', '+b 1']);
    await ask('c');
    expect(told.slice(4)).toEqual(['+c 1', '-b 1']);
    await ask('d');
    expect(told.slice(6)).toEqual(['+d 1', '-a 1', '-a 4']);
    expect(['default', 'a', 'b', 'c', 'd'].filter((path) => kept.has(path, 1))).toEqual(['default', 'c', 'd']);
    await ask('a');
    expect(told.slice(9)).toEqual(['+a 1', '-c 1']);
  });

  it('are not released while something of them runs', async () => {
    const { told, ask } = networks();
    let end: () => void = () => undefined;
    const long = ask('a', 1, () => new Promise((resolve) => (end = resolve)));
    for (const path of ['b', 'c', 'd']) await ask(path);
    expect(told.filter((words) => words.startsWith('-'))).toEqual(['-b 1']);
    end();
    await long;
    expect(told.filter((words) => words.startsWith('-'))).toEqual(['-b 1', '-a 1']);
  });

  it('that could not be started take no place and are started anew', async () => {
    const { told, ask } = networks();
    await ask('a');
    await ask('b');
    for (let i = 0; i < 2; i++) await expect(ask('broken')).rejects.toThrow('no model');
    expect(told).toEqual(['+a 1', '+b 1', '+broken 1', '+broken 1']);
  });
});
