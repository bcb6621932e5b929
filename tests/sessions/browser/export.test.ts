import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebVTTParser } from 'webvtt-parser';
import type { ExportFormat } from '../../../src/sessions/shared/session-export';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { DESKTOP, openBrowser, watchErrors, type Browsing } from '../../support/browser';
import { DatasetReaders, READ_FORMATS } from '../../support/dataset-readers';
import { ffprobe, haveExportReaders, readWithPython } from '../../support/export-readers';
import { dot, unit } from '../../../src/base/shared/vectors';
import { closeSheets } from '../../support/layout';
import { CAT, DOG } from '../../support/session-fixture';
import { card, chooseZips, imported, openWithSessions, sampleSession, type SampleSession, SPANS, storedFile, storedFiles } from '../../support/session-page';
import { SCRATCH } from '../../support/shared';

const [, SECOND] = SPANS;
const OWN = SECOND.label.name;
const readers = new DatasetReaders();

interface Options {
  readonly tracks?: 'both' | 'human' | 'predicted';
  /** Seconds from frame to frame; 0 for one a label. */
  readonly every?: number;
}

/** Frames of a video as their mean colours, [red, green, blue] each, decoded by ffmpeg. */
function colours(path: string): number[][] {
  const bytes = execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-fps_mode', 'passthrough', '-vf', 'scale=1:1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], { maxBuffer: 1 << 26 });
  return Array.from({ length: bytes.length / 3 }, (_, i) => [...bytes.subarray(3 * i, 3 * i + 3)]);
}
const isRed = ([r, g, b]: readonly number[]): boolean => r > 200 && g < 60 && b < 60;
const isBlue = ([r, g, b]: readonly number[]): boolean => b > 200 && r < 60 && g < 60;

/** Times of frames as they are shown, seconds. */
const shownTimes = (path: string): number[] => ffprobe(path).packets.map(({ pts_time }) => Number(pts_time)).sort((a, b) => a - b);

/** Names of an MP4's boxes on the top, in their order. */
function boxes(path: string): string[] {
  const bytes = readFileSync(path);
  const names: string[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    names.push(bytes.toString('latin1', at + 4, at + 8));
    at += size === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : size === 0 ? bytes.length : size;
  }
  return names;
}

describe.skipIf(!haveExportReaders())('exports, read by what we did not write', () => {
  let folder: string;
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;
  let mp4: SampleSession;
  const errors: string[] = [];
  /** Frames of the video, and when they are shown. */
  let times: number[];

  beforeAll(async () => {
    mkdirSync(SCRATCH, { recursive: true });
    folder = mkdtempSync(join(SCRATCH, 'export-page-'));
    mp4 = await sampleSession('mp4', { id: 'mp4', ended: 'storage-full' });
    const video = join(folder, 'original.mp4');
    writeFileSync(video, mp4.files.get('film.mp4')!);
    times = shownTimes(video);
    const webm = await sampleSession('webm', { id: 'webm', title: 'WebM' });
    const large = await sampleSession('mp4', { id: 'large', title: 'Large', size: '1280x720' });
    serving = await serveBuilt();
    browsing = await openBrowser({ context: { viewport: DESKTOP, acceptDownloads: true } });
    page = browsing.page;
    watchErrors(page, errors);
    await openWithSessions(page, serving.url, [mp4, webm, large]);
  });
  afterEach(() => closeSheets(page));
  afterAll(async () => {
    await browsing?.close();
    await serving?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const sheet = () => page.locator('sg-export-sheet');
  const close = (): Promise<void> => sheet().getByRole('button', { name: 'Close' }).click();

  /** Opens the sheet and says what is wanted. */
  async function choose(id: string, format: ExportFormat, { tracks, every }: Options = {}): Promise<void> {
    await card(page, id).locator('[data-action=export]').click();
    await sheet().locator(`input[value="${format}"]`).check();
    if (tracks) await sheet().getByLabel('Whose labels').selectOption(tracks);
    if (every !== undefined) await sheet().getByLabel('Frames').selectOption(every === 0 ? 'one' : String(every));
  }

  /** Exports, and keeps the download under its own name in a new folder. */
  async function take(id: string, format: ExportFormat, options: Options = {}): Promise<string> {
    await choose(id, format, options);
    const [download] = await Promise.all([page.waitForEvent('download', { timeout: 150_000 }), sheet().getByRole('button', { name: 'Export', exact: true }).click()]);
    const path = join(mkdtempSync(join(folder, 'd-')), download.suggestedFilename());
    await download.saveAs(path);
    expect(Number(await sheet().locator('.done').getAttribute('data-bytes'))).toBe(readFileSync(path).length);
    await close();
    return path;
  }

  /** Unpacks a zip with Python. */
  function unpacked(path: string): string {
    const into = `${path}-files`;
    execFileSync('python3', ['-m', 'zipfile', '-e', path, into]);
    return into;
  }

  it('features of every frame, by pyarrow: the network\'s numbers with the label and the square of each', async () => {
    await page.locator('header .model', { hasText: /fp|int/ }).waitFor({ timeout: 60_000 });
    const path = await take('mp4', 'features');
    expect(path).toMatch(/\.features\.parquet$/);
    interface Row { frame: number; time_s: number; label: string | null; accepted: boolean | null; predicted: string; probability: number; square_left: number; square_side: number; features: number[] }
    const { schema, meta, rows } = readWithPython('features', path) as { schema: Record<string, string>; meta: { session: string; model: { width: number } }; rows: Row[] };
    expect(schema['features']).toMatch(/^list<element: float>$/);
    expect(meta.session).toBe(mp4.data.manifest.name);
    expect(rows.map(({ frame }) => frame)).toEqual(times.map((_, i) => i));
    rows.forEach(({ time_s, features }, i) => {
      expect(time_s).toBeCloseTo(times[i] - times[0], 5);
      expect(features).toHaveLength(meta.model.width);
    });
    for (const { time_s, label, accepted } of rows) {
      const span = SPANS.find(({ startUs, endUs }) => startUs <= time_s * 1e6 && time_s * 1e6 < endUs);
      expect([label, accepted]).toEqual(span ? [span.label.name, false] : [null, null]);
    }
    // Red frames are alike, and not as blue ones are.
    const cosine = (a: Row, b: Row): number => dot(unit(Float32Array.from(a.features)), unit(Float32Array.from(b.features)));
    const [first, second, last] = [rows[0], rows[20], rows[rows.length - 1]];
    expect(cosine(first, second)).toBeGreaterThan(0.99);
    expect(cosine(first, last)).toBeLessThan(cosine(first, second) - 0.01);
    expect(rows.every(({ probability, square_side }) => probability > 0 && probability <= 1 && square_side > 0)).toBe(true);
  });

  it('MP4, by ffprobe: every frame at its time, index first, picture as it was', async () => {
    const path = await take('mp4', 'film');
    expect(path).toMatch(/Zoo_ _day_ 1_2 🐘\.mp4$/u);
    expect(boxes(path).filter((name) => name !== 'free')).toEqual(['ftyp', 'moov', 'mdat']);
    const { streams, format } = ffprobe(path);
    expect(streams[0]).toMatchObject({ codec_name: 'h264', width: 320, height: 240 });
    expect(Number(format['duration'])).toBeCloseTo(6, 1);
    const found = shownTimes(path);
    expect(found).toHaveLength(times.length);
    found.forEach((time, i) => expect(time).toBeCloseTo(times[i], 4));
    const shown = colours(path);
    expect(shown.every((colour, i) => (times[i] < 3 ? isRed(colour) : isBlue(colour)))).toBe(true);
  });

  it('WebM, by ffprobe: it has a length and can be sought', async () => {
    const path = await take('webm', 'film');
    const { streams, format, packets } = ffprobe(path);
    expect(streams[0]).toMatchObject({ codec_name: 'vp8', width: 320, height: 240 });
    expect(Number(format['duration'])).toBeCloseTo(6, 1);
    expect(packets).toHaveLength(times.length);
    const second = execFileSync('ffmpeg', ['-v', 'error', '-ss', '4', '-i', path, '-frames:v', '1', '-vf', 'scale=1:1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-']);
    expect(isBlue([...second])).toBe(true);
  });

  it('WebM made MP4, by ffprobe: H.264, every frame at its time; not offered where the browser does not encode it', async () => {
    const encodes = await page.evaluate(async () => (await VideoEncoder.isConfigSupported({ codec: 'avc1.42001e', width: 320, height: 240 })).supported === true);
    await card(page, 'webm').locator('[data-action=export]').click();
    await sheet().locator('input[value=film]').waitFor();
    await expect.poll(() => sheet().locator('input[value=film-mp4]').count()).toBe(encodes ? 1 : 0);
    await close();
    if (!encodes) return;
    const path = await take('webm', 'film-mp4');
    expect(boxes(path)).toContain('moov');
    expect(ffprobe(path).streams[0]).toMatchObject({ codec_name: 'h264' });
    expect(ffprobe(path).format['format_name']).toContain('mp4');
    const found = shownTimes(path);
    expect(found).toHaveLength(times.length);
    // WebM's times are whole milliseconds.
    found.forEach((time, i) => expect(Math.abs(time - times[i])).toBeLessThan(0.0011));
    expect(colours(path).every((colour, i) => (times[i] < 2.999 ? isRed(colour) : isBlue(colour)))).toBe(true);
  });

  it('a film at a constant rate, by ffprobe, and a table that counts its frames', async () => {
    const path = await take('webm', 'film-constant');
    expect(path).toMatch(/WebM\.constant\.(mp4|webm)$/);
    expect(ffprobe(path).streams[0]['r_frame_rate']).toBe('20/1');
    const shown = colours(path);
    expect(shown.map(isRed)).toEqual(Array.from({ length: 120 }, (_, n) => n < 60));
    await choose('webm', 'csv', { tracks: 'human' });
    await sheet().getByLabel('Frames are counted').selectOption('constant');
    await close();
    const rows = readWithPython('csv', await take('webm', 'csv', { tracks: 'human' })) as Record<string, string>[];
    expect(rows.map(({ frame, last_frame }) => [frame, last_frame])).toEqual([['8', '47'], ['64', '103'], ['72', '72']]);
    await choose('webm', 'csv');
    await sheet().getByLabel('Frames are counted').selectOption('recorded');
    await close();
  });

  it('WebVTT, by webvtt-parser', async () => {
    const entities = createRequire(import.meta.url)('webvtt-parser/html-entities.json') as Record<string, string>;
    const parse = (path: string): ReturnType<WebVTTParser['parse']> => new WebVTTParser(entities).parse(readFileSync(path, 'utf8'), 'metadata');
    const human = parse(await take('mp4', 'webvtt', { tracks: 'human' }));
    expect(human.errors).toEqual([]);
    expect(human.cues.map(({ startTime, endTime, text }) => [startTime, endTime, text])).toEqual([[0.4, 2.4, CAT.name], [3.2, 5.2, OWN]]);
    const both = unpacked(await take('mp4', 'webvtt', { tracks: 'both' }));
    const predicted = parse(join(both, 'predicted.vtt'));
    expect(predicted.errors).toEqual([]);
    expect(predicted.cues.map(({ text }) => text)).toEqual(['tabby 90 %', 'golden retriever 60 %']);
    expect(parse(join(both, 'human.vtt')).cues).toEqual(human.cues);
  });

  it('SRT, by the srt library and by ffmpeg', async () => {
    const path = await take('mp4', 'srt', { tracks: 'human' });
    expect(path).toMatch(/\.human\.srt$/);
    expect(readWithPython('srt', path)).toEqual([[1, 0.4, 2.4, CAT.name], [2, 3.2, 5.2, OWN]]);
    const vtt = execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-f', 'webvtt', '-'], { encoding: 'utf8' });
    expect(vtt).toContain(`00:03.200 --> 00:05.200\n${OWN}`);
  });

  it('CSV and JSON lines, by Python\'s csv and json', async () => {
    const human = readWithPython('csv', await take('mp4', 'csv', { tracks: 'human' })) as Record<string, string>[];
    expect(human).toMatchObject([
      { kind: 'span', id: 'first', frame: String(times.findIndex((time) => time >= 0.3999)), start_s: '0.4', end_s: '2.4', class: '281', label: CAT.name },
      { kind: 'span', id: 'second', start_s: '3.2', end_s: '5.2', class: '', label: OWN },
      { kind: 'snapshot', start_s: '3.6', class: '207', label: DOG.name, file: '3600000.jpg' },
    ]);
    const predicted = readWithPython('csv', await take('mp4', 'csv', { tracks: 'predicted' })) as Record<string, string>[];
    expect(predicted).toHaveLength(60);
    expect(predicted[0]).toMatchObject({ time_s: '0', rank: '1', class: '281', label: CAT.name, probability: '0.9' });
    const lines = readWithPython('jsonl', await take('mp4', 'jsonl', { tracks: 'predicted' })) as Record<string, unknown>[];
    expect(lines).toHaveLength(30);
    expect(lines).toMatchObject(mp4.data.recognitions.map((entry) => ({ kind: 'recognition', ...entry })));
    // Its frame is the one that is shown then.
    for (const { frame, timeUs } of lines as { frame: number; timeUs: number }[]) {
      expect(times[frame]).toBeLessThanOrEqual(timeUs / 1e6 + 1e-5);
      expect(times[frame + 1] ?? Infinity).toBeGreaterThan(timeUs / 1e6);
    }
  });

  it('ImageFolder, unpacked by Python and walked as torchvision does: what the sheet counts before', async () => {
    type Walk = { classes: string[]; samples: [string, number, [number, number], number[]][] };
    const walk = async (options: Options): Promise<Walk> => {
      const path = await take('mp4', 'image-folder', options);
      const files = `${path}-files`;
      return readWithPython('image-folder', path, files, 'train') as Walk;
    };
    await choose('mp4', 'image-folder', { tracks: 'human', every: 0 });
    await expect.poll(() => sheet().locator('sg-dataset-counts[aria-busy=false] tfoot td').allTextContents()).toEqual(['3', '0', '0']);
    await close();
    const one = await walk({ tracks: 'human', every: 0 });
    // A frame a span, and the snapshot.
    expect(one.classes).toEqual([OWN, DOG.name, CAT.name].sort((a, b) => (a < b ? -1 : 1)));
    const byClass = (found: Walk, name: string) => found.samples.filter(([, index]) => found.classes[index] === name);
    expect(byClass(one, CAT.name)).toHaveLength(1);
    expect(byClass(one, OWN)).toHaveLength(1);
    expect(byClass(one, DOG.name)[0][2]).toEqual([640, 480]);
    expect(isRed(byClass(one, CAT.name)[0][3])).toBe(true);
    expect(isBlue(byClass(one, OWN)[0][3])).toBe(true);
    await choose('mp4', 'image-folder');
    await sheet().getByLabel('Train, val and test').selectOption('none');
    await close();
    const each = await walk({ tracks: 'predicted', every: 0.5 });
    expect(each.classes).toEqual([DOG.name, CAT.name]);
    expect(each.samples).toHaveLength(12);
    expect(byClass(each, CAT.name).every(([, , , mean]) => isRed(mean))).toBe(true);
    expect(byClass(each, DOG.name).every(([, , size, mean]) => isBlue(mean) && size[0] === 320)).toBe(true);
  });

  it('COCO, by pycocotools; what was not labelled has no box, but what the network said', async () => {
    await choose('mp4', 'coco');
    await sheet().getByLabel('Time without a label').selectOption('background');
    await close();
    const into = unpacked(await take('mp4', 'coco', { tracks: 'human', every: 1 }));
    const found = readWithPython('coco', join(into, 'annotations/instances_train.json'), join(into, 'predictions/predictions_train.json')) as {
      images: { file_name: string; width: number; time_us: number; frame: number }[]; labels: Record<string, string[]>; scores: Record<string, [string, number][]>;
    };
    // Six frames, one a second, and the snapshot behind them.
    const shown = [0, 1, 2, 3, 4, 5].map((second) => times.findLast((time) => time <= second + 1e-5)!);
    expect(found.images.map(({ time_us }) => (time_us / 1e6).toFixed(4))).toEqual([...shown, 3.6].map((time) => time.toFixed(4)));
    expect(Object.values(found.labels)).toEqual([[], [CAT.name], [CAT.name], [], [OWN], [OWN], [DOG.name]]);
    expect(found.scores['2'][0]).toEqual([CAT.name, 0.9]);
    for (const { file_name, width } of found.images) {
      const [size] = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'stream=width', '-of', 'csv=p=0', join(into, 'images/train', file_name)], { encoding: 'utf8' }).split('\n');
      expect(Number(size)).toBe(width);
    }
  });

  it.each(['parquet', 'web-dataset', 'yolo', 'cvat-images', 'label-studio-images', 'fiftyone', 'cvat-video'] as const)('%s: a sound zip, with a card where it has pictures', async (format) => {
    const list = readWithPython('zip', await take('mp4', format)) as Record<string, number>;
    expect(Object.values(list).filter((bytes) => bytes > 0).length).toBeGreaterThan(1);
    expect('README.md' in list).toBe(format !== 'cvat-video');
  });

  for (const format of READ_FORMATS) {
    it.skipIf(!readers.has(format))(`${format}, by the programs that a training set of it is for`, async () => {
      await choose('mp4', format, { tracks: 'human', every: 1 });
      await sheet().getByLabel('Time without a label').selectOption('none');
      await sheet().getByLabel('Train, val and test').selectOption('none');
      await close();
      const found = readers.read(format, unpacked(await take('mp4', format)));
      // Two frames of each span, a second apart, and the snapshot: all on one side.
      for (const [program, sides] of found) {
        expect(Object.keys(sides), program).toEqual(['train']);
        const rows = sides.train?.map(([label, red]) => [label, red > 128 ? 'red' : 'blue'].join(' '));
        expect(rows?.sort(), program).toEqual([`${OWN} blue`, `${OWN} blue`, `${DOG.name} blue`, `${CAT.name} red`, `${CAT.name} red`]);
      }
    });
  }

  it.skipIf(!readers.has('cvat-images'))('CVAT\'s film, by datumaro: each frame with its box', async () => {
    // Twenty frames a second: from 0.4 to 2.4 s the one, from 3.2 to 5.2 s the other.
    expect(readers.filmFrames(unpacked(await take('mp4', 'cvat-video')))).toEqual({ [CAT.name]: 40, [OWN]: 40 });
  });

  it('Label Studio, by its SDK; its film by ffprobe: constant rate, frames that agree with the task', async () => {
    const into = join(unpacked(await take('mp4', 'label-studio')), 'Zoo_ _day_ 1_2 🐘');
    // MP4 where the browser encodes H.264, else WebM.
    const [film] = readdirSync(into).filter((name) => name.startsWith('film.'));
    const video = join(into, film);
    const { streams } = ffprobe(video);
    expect(film === 'film.mp4' ? ['h264'] : ['vp8', 'vp9', 'av1']).toContain(streams[0]['codec_name']);
    expect(streams[0]['r_frame_rate']).toBe('20/1');
    expect(streams[0]['avg_frame_rate']).toBe('20/1');
    const shown = shownTimes(video);
    expect(shown).toHaveLength(120);
    shown.forEach((time, n) => expect(time).toBeCloseTo(n / 20, 4));
    expect(colours(video).map(isRed)).toEqual(Array.from({ length: 120 }, (_, n) => n < 60));
    const found = readWithPython('label-studio', join(into, 'tasks.json'), join(into, 'config.xml')) as {
      framerate: string; labels: string[]; annotations: boolean[]; predictions: string[][];
      task: { data: { video: string; framerate: number }; annotations: { result: { value: object }[] }[]; predictions: { result: { value: object }[] }[] };
    };
    expect(found.framerate).toBe('$framerate');
    expect(found.task.data.framerate).toBe(20);
    expect(found.annotations).toEqual([true]);
    expect(found.predictions).toEqual([[]]);
    expect(decodeURIComponent(found.task.data.video)).toBe(`/data/local-files/?d=Zoo_ _day_ 1_2 🐘/${film}`);
    expect(found.task.annotations[0].result.map(({ value }) => value)).toEqual([
      { ranges: [{ start: 9, end: 48 }], timelinelabels: [CAT.name] },
      { ranges: [{ start: 65, end: 104 }], timelinelabels: [OWN] },
    ]);
    expect(found.task.predictions[0].result.map(({ value }) => value)).toMatchObject([{ ranges: [{ start: 1, end: 60 }] }, { ranges: [{ start: 61, end: 120 }] }]);
  });

  it('everything in one zip, by Python; read back it is the same session', async () => {
    const path = await take('mp4', 'everything');
    expect(path).toMatch(/\.sightglass\.zip$/);
    const list = readWithPython('zip', path) as Record<string, number>;
    const texts = ['csv', 'jsonl', 'srt', 'vtt'].flatMap((end) => [`exports/human.${end}`, `exports/predicted.${end}`]);
    expect(Object.keys(list).sort()).toEqual([
      ...texts, 'session/film.mp4', 'session/human.jsonl', 'session/labels.jsonl', 'session/snapshots/3600000.jpg', 'sightglass.json',
    ].sort());
    await card(page, 'mp4').locator('[data-action=delete]').click();
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await expect.poll(() => storedFiles(page, 'sessions').then((all) => all.filter((one) => one.startsWith('mp4/')))).toEqual([]);
    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    // Packed anew by another tool, deflated.
    const again = join(folder, 'again.zip');
    execFileSync('python3', ['-c', 'import sys,zipfile\na=zipfile.ZipFile(sys.argv[1])\nwith zipfile.ZipFile(sys.argv[2],"w",zipfile.ZIP_DEFLATED) as b:\n for i in a.namelist(): b.writestr(i,a.read(i))', path, again]);
    await chooseZips(page, { name: 'again.zip', bytes: readFileSync(again) });
    await card(page, 'mp4').waitFor();
    await imported(page);
    expect(await storedFiles(page, 'sessions').then((all) => all.filter((one) => one.startsWith('mp4/')))).toEqual(
      ['film.mp4', 'human.jsonl', 'labels.jsonl', 'session.json', 'snapshots/3600000.jpg'].map((name) => `mp4/${name}`),
    );
    for (const [name, bytes] of mp4.files) expect(Buffer.compare(await storedFile(page, 'mp4', name), Buffer.from(bytes)), name).toBe(0);
    const manifest = JSON.parse((await storedFile(page, 'mp4', 'session.json')).toString('utf8')) as object;
    expect(manifest).toEqual(mp4.data.manifest);
  });

  it('keeps both, where a session is imported that is there already', async () => {
    await chooseZips(page, { name: 'mp4.zip', bytes: mp4.zip });
    await expect.poll(() => page.getByRole('link', { name: mp4.data.manifest.name }).count()).toBe(2);
    await imported(page);
  });

  /** Begins an export, and presses Cancel as soon as it is on its way, however quick the machine is. @returns what it was at */
  async function cancelUnderWay(): Promise<string> {
    const cancelled = sheet().evaluate(
      (element) =>
        new Promise<string>((resolve, reject) => {
          const end = performance.now() + 30_000;
          const look = (): void => {
            const root = element.shadowRoot!;
            if ((root.querySelector('progress')?.position ?? 0) > 0.02) {
              const words = root.querySelector<HTMLElement>('label[for=bar]')!.innerText;
              [...root.querySelectorAll('button')].find((button) => button.innerText === 'Cancel')!.click();
              resolve(words);
            } else if (performance.now() > end) reject(new Error('The export was never on its way.'));
            else requestAnimationFrame(look);
          };
          look();
        }),
    );
    await sheet().getByRole('button', { name: 'Export', exact: true }).click();
    return cancelled;
  }

  it('shows how far it is and can be cancelled: nothing is left', async () => {
    await choose('large', 'label-studio');
    expect(await cancelUnderWay()).toBe('Writing the film');
    await sheet().getByRole('button', { name: 'Export', exact: true }).waitFor();
    expect(await sheet().locator('.done, .fault').count()).toBe(0);
    await close();
    await expect.poll(() => storedFiles(page, 'exports')).toEqual([]);
  });

  it('writes to the file that a person chose, and replaces it only when it is whole', async () => {
    await page.evaluate(() => {
      const picked = async (): Promise<FileSystemFileHandle> => {
        const handle = await (await navigator.storage.getDirectory()).getFileHandle('chosen.bin', { create: true });
        const writable = await handle.createWritable();
        await writable.write('what was there before');
        await writable.close();
        return handle;
      };
      Object.assign(globalThis, { showSaveFilePicker: picked });
    });
    const chosen = (): Promise<number> => page.evaluate(async () => (await (await (await navigator.storage.getDirectory()).getFileHandle('chosen.bin')).getFile()).size);
    await choose('large', 'label-studio');
    await cancelUnderWay();
    await sheet().getByRole('button', { name: 'Export', exact: true }).waitFor();
    expect(await chosen()).toBe('what was there before'.length);
    await sheet().locator('input[value=film]').check();
    await sheet().getByRole('button', { name: 'Export', exact: true }).click();
    await sheet().locator('.done').getByText(/is saved/).waitFor({ timeout: 30_000 });
    expect(await chosen()).toBe(Number(await sheet().locator('.done').getAttribute('data-bytes')));
    await close();
    await page.evaluate(() => Object.assign(globalThis, { showSaveFilePicker: undefined }));
  });

  it('says what to do where there is nothing to export', async () => {
    await card(page, 'webm').getByRole('link').click();
    await page.locator('sg-label-timeline').waitFor();
    const undo = page.locator('sg-session-detail').getByRole('button', { name: 'Undo', exact: true });
    while (await undo.isEnabled()) await undo.click();
    await page.getByRole('link', { name: 'Back to all sessions' }).click();
    await choose('webm', 'image-folder', { tracks: 'human', every: 0 });
    await sheet().getByRole('button', { name: 'Export', exact: true }).click();
    await sheet().getByRole('alert').getByText('There is nothing to export').waitFor();
    await close();
    await expect.poll(() => storedFiles(page, 'exports')).toEqual([]);
    expect(errors).toEqual([]);
  });
});
