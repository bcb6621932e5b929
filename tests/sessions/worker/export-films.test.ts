import { beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../../src/base/shared/fault';
import { newDataset } from '../../../src/sessions/shared/dataset/dataset';
import { stillsOf, type KeptStill, type Still } from '../../../src/sessions/shared/dataset/still';
import { planDataset } from '../../../src/sessions/worker/dataset/plan-dataset';
import { exportFilmSet, type FilmSetRequest } from '../../../src/sessions/worker/dataset/export-films';
import { exportSession, exportSessions } from '../../../src/sessions/worker/export/export-service';
import { keepSession } from './kept-session';
import { memoryFiles } from '../../support/memory-files';
import { fileAfter, syntheticVideo } from '../../support/synthetic-video';

const device = memoryFiles();
const MUG = { kind: 'put-span', span: { id: 'a', startUs: 2_000_000, endUs: 3_000_000, label: { name: 'mug' } } } as const;

async function filmAt(rate: number): Promise<Uint8Array<ArrayBuffer>> {
  const video = await syntheticVideo('mp4', Array.from({ length: 6 * rate }, (_, i) => Math.round((i * 1e6) / rate)), rate);
  return fileAfter(video, video.writes.length);
}

async function take(format: FilmSetRequest['format']): Promise<string> {
  const { file } = await exportFilmSet({ format, dataset: newDataset('Both', ['slow', 'quick']), tracks: 'human', counted: 'constant' }, [], undefined, () => undefined);
  return (await file?.text()) ?? '';
}

describe('films of a set', () => {
  beforeEach(() => device.clear());

  it('have their frames counted each at the rate that its film is made anew at, for tables as for tasks', async () => {
    await keepSession({ id: 'slow', name: 'Slow' }, [MUG], await filmAt(10));
    await keepSession({ id: 'quick', name: 'Quick' }, [MUG], await filmAt(30));
    const rows = (await take('jsonl')).trim().split('\n').map((line) => JSON.parse(line) as { session: string; frame: number });
    expect(rows.map(({ session, frame }) => [session, frame])).toEqual([['Slow', 20], ['Quick', 60]]);
  });

  it('have the sides that the set has with its pictures of no session, which are in no row', async () => {
    const spans = Array.from({ length: 40 }, (_, i) => ({ kind: 'put-span', span: { id: `s${i}`, startUs: i * 10_000_000, endUs: i * 10_000_000 + 1000, label: { name: 'mug' } } }) as const);
    await keepSession({ id: 'one', name: 'One', durationUs: 400_000_000 }, spans);
    const kept = Array.from({ length: 40 }, (_, key): KeptStill => ({
      key, name: `${key}.png`, file: new Blob(), thumbnail: undefined, takenAt: key * 60_000, width: 400, height: 200, square: undefined, answers: [], model: '',
    }));
    const start = newDataset('Set', ['one']);
    const dataset = { ...start, pictures: { ...start.pictures, everyUs: undefined }, stills: kept.map(({ key }) => ({ key, label: { name: 'mug' } })) };
    const sidesOf = async (stills: readonly Still[]): Promise<unknown[]> => {
      const { pictures, sides } = await planDataset(dataset, stills);
      return pictures.filter(({ still }) => still === undefined).map(({ key }) => sides.get(key));
    };
    const stills = stillsOf(dataset.stills, kept);
    const { file } = await exportFilmSet({ format: 'jsonl', dataset, tracks: 'human' }, stills, undefined, () => undefined);
    const rows = ((await file?.text()) ?? '').trim().split('\n').map((line) => JSON.parse(line) as { split?: string });
    expect(rows.map(({ split }) => split)).toEqual(await sidesOf(stills));
    // Alone they would be split otherwise.
    expect(await sidesOf([])).not.toEqual(await sidesOf(stills));
  });

  it('say on their card which camera filmed, or leave it out', async () => {
    await keepSession({ id: 'slow', name: 'Slow', device: "Ann's phone" }, [MUG], await filmAt(10));
    const dataset = newDataset('One', ['slow']);
    const card = async (cameraless: boolean): Promise<string> => {
      const { file } = await exportFilmSet({ format: 'jsonl', dataset, tracks: 'both', cameraless }, [], undefined, () => undefined);
      return (await file?.text()) ?? '';
    };
    expect(await card(false)).toContain("| Ann's phone |");
    const without = await card(true);
    expect(without).not.toContain('Ann');
    expect(without).toContain('| not known |');
  });

  it('say which camera filmed where everything is taken away, or leave it out', async () => {
    await keepSession({ id: 'slow', name: 'Slow', device: "Ann's phone" }, [MUG], await filmAt(10));
    for (const cameraless of [false, true]) {
      const { file } = await exportSession({ sessionId: 'slow', format: 'everything', tracks: 'both', cameraless }, undefined, () => undefined);
      expect((await file?.text())?.includes('Ann')).toBe(!cameraless);
      const several = await exportSessions({ sessionIds: ['slow'], cameraless }, undefined, () => undefined);
      expect((await several.file?.text())?.includes('Ann')).toBe(!cameraless);
    }
  });

  it.each(['jsonl', 'cvat-video', 'label-studio'] as const)('name the session whose film cannot be read: %s', async (format) => {
    await keepSession({ id: 'slow', name: 'Slow' }, [MUG]);
    await keepSession({ id: 'quick', name: 'Quick' }, [MUG], await filmAt(30));
    const refused: unknown = await take(format).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Fault);
    expect(refused).toMatchObject({ code: 'export-codec', message: expect.stringMatching(/^Slow: /) as string });
  });
});
