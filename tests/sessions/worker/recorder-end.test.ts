import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fileAfter, syntheticVideo } from '../../support/synthetic-video';
import { memoryFiles } from '../../support/memory-files';
import type { FinishedRecording, RecorderEvent } from '../../../src/sessions/shared/recorder';
import type { Pause } from '../../../src/sessions/shared/session';
import { parseManifest } from '../../../src/sessions/shared/parse';
import { CopiedFilm } from '../../../src/sessions/worker/recorder/film-copy';
import { RecorderService } from '../../../src/sessions/worker/recorder/recorder-service';
import { DeviceFiles } from '../../../src/sessions/worker/store/session-files';

const disk = memoryFiles();
const video = await syntheticVideo('webm', Array.from({ length: 60 }, (_, i) => i * 33_000), 29);
const film = fileAfter(video, video.writes.length);
const never = (): Promise<never> => new Promise(() => undefined);
/** How long the page waits for the next finished step, milliseconds: see recorder-client.ts. */
const PAGE_WAITS_MS = 10_000;

let events: RecorderEvent['kind'][];
beforeEach(() => {
  disk.clear();
  events = [];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A recording of what a MediaRecorder gives, all of it written. */
async function recorded(frames = true): Promise<RecorderService> {
  const service = new RecorderService();
  const request = { id: '20260101T000000-aaaaaa', name: 'zoo', createdAt: 0, width: 64, height: 48, frameRate: 30, chunksOf: 'video/webm' };
  await service.begin(request, ({ kind }) => events.push(kind));
  if (frames) service.chunk(film.slice().buffer, 2_000_000, video.times);
  events = [];
  return service;
}

/** Lets time go by until it has ended. @returns how, and the longest time without a finished step, milliseconds */
async function ended(service: RecorderService, handOver = false, pauses?: readonly Pause[]): Promise<{ readonly how: unknown; readonly longest: number }> {
  let how: unknown;
  const end = service.finish(undefined, handOver, pauses).then((finished) => (how = finished ?? 'empty'), (error: unknown) => (how = error));
  let [longest, since, seen] = [0, 0, 0];
  for (let ms = 0; ms < 60_000 && how === undefined; ms += 100) {
    await vi.advanceTimersByTimeAsync(100);
    longest = Math.max(longest, (since += 100));
    if (events.length > seen) [seen, since] = [events.length, 0];
  }
  expect(how, 'it ends').toBeDefined();
  await end;
  return { how, longest };
}

describe('the end of a recording', () => {
  it('tells of each step once, and of nothing else', async () => {
    const { how } = await ended(await recorded());
    expect(how).toMatchObject({ manifest: { state: 'complete', film: { file: 'film.webm' } }, files: undefined });
    expect(new Set(events)).toEqual(new Set(['ending']));
    expect(events.length).toBeLessThan(10);
    await vi.advanceTimersByTimeAsync(5000);
    expect(events.length).toBeLessThan(10);
  });

  it('keeps where it stood still, where that is known', async () => {
    const pauses = [{ timeUs: 1_000_000, lengthUs: 60_000_000 }];
    const { manifest } = (await ended(await recorded(), false, pauses)).how as FinishedRecording;
    expect(parseManifest(JSON.parse(JSON.stringify(manifest))).pauses).toEqual(pauses);
    disk.clear();
    expect((await ended(await recorded())).how).not.toHaveProperty('manifest.pauses');
  });

  it.each(['manifest', 'remove', 'discard'] as const)('comes within seconds, as a fault, where the device gives no answer to %s', async (step) => {
    const service = await recorded(step !== 'discard');
    vi.spyOn(DeviceFiles.prototype, step).mockImplementation(never);
    const { how, longest } = await ended(service);
    expect(how).toMatchObject({ code: 'storage-failed' });
    expect(longest).toBeLessThan(PAGE_WAITS_MS);
    // No sign of life is given while nothing is done.
    expect(longest).toBeGreaterThan(3500);
  });

  it('is asked for where it cannot be found out how the recording stands', async () => {
    await recorded();
    vi.spyOn(DeviceFiles.prototype, 'quota').mockImplementation(() => {
      throw new DOMException('closed', 'InvalidStateError');
    });
    await vi.advanceTimersByTimeAsync(1000);
    expect(events).toContain('must-end');
  });

  it('keeps a session whose files cannot be handed over as well', async () => {
    const service = await recorded();
    vi.spyOn(DeviceFiles.prototype, 'blobs').mockImplementation(never);
    const { how, longest } = await ended(service, true);
    expect(how).toMatchObject({ manifest: { state: 'complete' }, files: undefined });
    expect(longest).toBeLessThan(PAGE_WAITS_MS);
  });
});

describe('a film that goes into a chosen file as well', () => {
  const copied = async (): Promise<RecorderService> => {
    const service = await recorded();
    const done = (): Promise<void> => Promise.resolve();
    const createWritable = vi.fn(() => Promise.resolve({ write: done, truncate: done, close: done, abort: done }));
    await service.copyTo({ name: 'chosen.webm', createWritable } as unknown as FileSystemFileHandle);
    return service;
  };

  it('is told of as it stands at the very end', async () => {
    expect((await ended(await copied())).how).toMatchObject({ copy: { name: 'chosen.webm', failed: undefined } });
    disk.clear();
    expect((await ended(await recorded())).how).not.toHaveProperty('copy');
  });

  it('has failed where it is not finished in time', async () => {
    const service = await copied();
    vi.spyOn(CopiedFilm.prototype, 'finishCopy').mockImplementation(never);
    const { how } = await ended(service);
    expect(how).toMatchObject({ manifest: { state: 'complete' }, copy: { name: 'chosen.webm', failed: 'It could not be finished in time.' } });
  });
});
