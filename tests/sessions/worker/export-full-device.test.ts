// Exports where the device takes nothing more, or the browser refuses its private file system a further file.
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { toJsonLines } from '../../../src/sessions/shared/json-lines';
import type { ExportedFile, ExportTracks, SessionFormat } from '../../../src/sessions/shared/session-export';
import { exportSession } from '../../../src/sessions/worker/export/export-service';
import { importSession } from '../../../src/sessions/worker/export/import-service';
import { memoryFiles } from '../../support/memory-files';
import { catAndDog, manifestOf } from '../../support/session-fixture';
import { sessionZip } from '../../support/session-zip';
import { fileAfter, syntheticVideo } from '../../support/synthetic-video';

const device = memoryFiles();
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const FORMATS: readonly [SessionFormat, ExportTracks][] = [
  ['csv', 'predicted'], ['csv', 'both'], ['jsonl', 'predicted'], ['webvtt', 'predicted'], ['srt', 'both'], ['everything', 'both'], ['film', 'both'],
];

describe('an export on a device that is full', () => {
  let id: string;

  beforeEach(async () => {
    device.clear();
    const video = await syntheticVideo('mp4', Array.from({ length: 60 }, (_, i) => i * 100_000), 10, 20);
    const files = new Map([['film.mp4', fileAfter(video, video.writes.length)], ['labels.jsonl', bytesOf(toJsonLines(catAndDog()))], ['human.jsonl', bytesOf('')]]);
    ({ id } = await importSession(new File([Uint8Array.from(await sessionZip(manifestOf(), files))], 'x.zip'), () => undefined));
    // Not one byte more.
    device.root.disk.capacity = device.root.disk.used;
  });

  const exported = (format: SessionFormat, tracks: ExportTracks): Promise<ExportedFile> => exportSession({ sessionId: id, format, tracks }, undefined, () => undefined);

  it.each(FORMATS)('is had from memory: %s of %s labels', async (format, tracks) => {
    const { file, bytes } = await exported(format, tracks);
    expect(file?.size).toBe(bytes);
    expect(bytes).toBeGreaterThan(10);
    if (format !== 'csv' || tracks !== 'predicted') return;
    const lines = (await file?.text())?.trim().split('\n') ?? [];
    expect(lines.length).toBeGreaterThan(catAndDog().length);
    expect(lines[1]).toContain('tabby');
    expect(lines.at(-1)).toContain('5.8');
  });

  it('asks the private file system for no further file where it is of labels', async () => {
    const refused = vi.fn(() => Promise.reject(new DOMException('No more files.', 'InvalidStateError')));
    const open = device.root.getDirectoryHandle.bind(device.root);
    vi.spyOn(device.root, 'getDirectoryHandle').mockImplementation((name, options) => (options?.create && name !== 'sessions' ? refused() : open(name, options)));
    const { file } = await exported('csv', 'predicted');
    expect(file?.size).toBeGreaterThan(100);
    expect(refused).not.toHaveBeenCalled();
    expect((await exported('everything', 'both')).file?.size).toBeGreaterThan(100);
  });
});
