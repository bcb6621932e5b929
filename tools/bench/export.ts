import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeZip } from 'client-zip';
import type { Page } from 'playwright-core';
import type { ExportFormat } from '../../src/sessions/shared/session-export';
import { bundleEntries } from '../../src/sessions/shared/export/bundle';
import { toJsonLines } from '../../src/sessions/shared/json-lines';
import { openBrowser } from '../../tests/support/browser';
import { answer, CAT, DOG, manifestOf } from '../../tests/support/session-fixture';
import { card, imported, openSessions } from '../../tests/support/session-page';
import { ROOT, SCRATCH } from '../../tests/support/shared';
import { serveBuilt } from '../serve';
import { peakMemory } from './process-memory';
import { machine, table, writePart } from './report';

/*
 * npm run bench -- export [MINUTES[x MBIT]...]
 * The memory that an export takes, by the length and the bit rate of the session: long sessions (640 x 480, 15 frames a second, 10
 * answers a second) are imported into the built app in Chromium, and exported through its sheet. `60x22.4` is an hour at 22.4 Mbit/s, 10 GB:
 * that needs 40 GB on the disk.
 */

/** A session that is measured: its length, and its film's bit rate in Mbit/s. */
interface Length {
  readonly minutes: number;
  readonly mbit: number;
}

const LENGTHS: readonly Length[] = [
  { minutes: 10, mbit: 1 },
  { minutes: 60, mbit: 1 },
  { minutes: 180, mbit: 1 },
  { minutes: 60, mbit: 22.4 },
];

const RATE = 15;
/** Encoding takes the longest by far: only measured up to this length, minutes. */
const LONGEST_ENCODED = 10;
const FORMATS: readonly ExportFormat[] = ['everything', 'film', 'csv', 'image-folder', 'label-studio'];
const MB = 1e6;
/** As the table has them. */
const NAMES: Readonly<Partial<Record<ExportFormat, string>>> = {
  csv: 'CSV',
  'image-folder': 'ImageFolder, a frame every 5 s',
  'label-studio': 'Label Studio (encoded anew)',
};
const HEAD = ['minutes', 'Mbit/s', 'export', 'file, MB', 'memory, MB', 'seconds', 'import of the session: memory, MB'];

const idOf = ({ minutes, mbit }: Length): string => `bench-${minutes}-${Math.round(mbit)}`;

/** A video of a minute, over and over, in fragments of a second. */
function longVideo({ minutes, mbit }: Length): string {
  const minute = join(SCRATCH, 'bench-minute.mp4');
  const path = join(SCRATCH, 'bench-video.mp4');
  const run = (...options: string[]): void => void execFileSync('ffmpeg', ['-v', 'error', '-y', ...options]);
  run(
    '-f',
    'lavfi',
    '-i',
    `testsrc2=s=640x480:r=${RATE}:d=60`,
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-bf',
    '0',
    '-g',
    String(RATE),
    // What the image needs less than that is filled, so that a film of ten gigabytes has as many.
    ...['-b:v', '-minrate', '-maxrate', '-bufsize'].flatMap((name) => [name, `${mbit}M`]),
    ...(mbit > 1 ? ['-x264-params', 'nal-hrd=cbr'] : []),
    '-pix_fmt',
    'yuv420p',
    minute,
  );
  run(
    '-stream_loop',
    String(minutes - 1),
    '-i',
    minute,
    '-c',
    'copy',
    '-movflags',
    'frag_keyframe+empty_moov+default_base_moof',
    path,
  );
  return path;
}

/** A file as a Blob: that of Node 20's own `openAsBlob` has the size's lower 32 bits alone. */
class FileBlob extends Blob {
  constructor(readonly path: string) {
    super();
  }

  override get size(): number {
    return statSync(this.path).size;
  }

  override stream(): ReturnType<Blob['stream']> {
    return Readable.toWeb(createReadStream(this.path, { highWaterMark: 1 << 20 })) as unknown as ReturnType<Blob['stream']>;
  }
}

/** Our own zip of a session of so many minutes, as a file. */
async function longZip(length: Length): Promise<string> {
  const video = longVideo(length);
  const { minutes } = length;
  const durationUs = minutes * 60_000_000;
  const recognitions = Array.from({ length: minutes * 600 }, (_, i) =>
    i % 100 < 50 ? answer(i * 100_000, CAT, 0.9, DOG) : answer(i * 100_000, DOG, 0.6, CAT),
  );
  const spans = Array.from({ length: minutes * 6 }, (_, i) => ({
    kind: 'put-span',
    span: { id: `s${i}`, startUs: i * 10_000_000, endUs: i * 10_000_000 + 5_000_000, label: CAT },
  }));
  const files: [string, Blob][] = [
    ['film.mp4', new FileBlob(video)],
    ['labels.jsonl', new Blob([toJsonLines(recognitions)])],
    ['human.jsonl', new Blob([toJsonLines(spans)])],
  ];
  const manifest = manifestOf({
    id: idOf(length),
    name: `${minutes} minutes`,
    durationUs,
    film: { ...manifestOf().film, width: 640, height: 480 },
  });
  const zip = join(SCRATCH, `${idOf(length)}.zip`);
  await pipeline(Readable.fromWeb(makeZip(bundleEntries(manifest, files)) as never), createWriteStream(zip));
  rmSync(video);
  return zip;
}

/** Exports through the sheet. @returns bytes of the file */
async function exportOne(page: Page, id: string, format: ExportFormat): Promise<number> {
  const sheet = page.locator('sg-export-sheet');
  await card(page, id).locator('[data-action=export]').click();
  await sheet.locator(`input[value="${format}"]`).check();
  if (format === 'image-folder') {
    await sheet.getByLabel('Whose labels').selectOption('predicted');
    await sheet.getByLabel('Frames').selectOption('5');
  }
  const [download] = await Promise.all([
    page.waitForEvent('download', { timeout: 1_200_000 }),
    sheet.getByRole('button', { name: 'Export', exact: true }).click(),
  ]);
  const { size } = statSync(await download.path());
  await download.delete();
  await sheet.getByRole('button', { name: 'Close' }).click();
  return size;
}

/** A row of the table, in a browser of its own, so that none's leavings count: megabytes above what it took before. */
async function measure(
  url: string,
  zip: string,
  length: Length,
  format: ExportFormat,
): Promise<{ readonly row: string[]; readonly version: string }> {
  const browsing = await openBrowser({ own: true, context: { acceptDownloads: true } });
  try {
    const { page } = browsing;
    await page.addInitScript(() => Object.defineProperty(globalThis, 'showSaveFilePicker', { value: undefined }));
    await openSessions(page, url);
    // The model's memory is not the import's.
    await page.locator('header .model', { hasText: /fp|int/ }).waitFor({ timeout: 60_000 });
    await page.waitForTimeout(1500);
    const added = await peakMemory(async () => {
      await page.locator('sg-sessions-view input[type=file]').setInputFiles(zip);
      await card(page, idOf(length)).waitFor({ timeout: 1_200_000 });
      await imported(page);
    });
    // The import's worker is gone, its memory not at once.
    await page.waitForTimeout(1500);
    const start = performance.now();
    const { before, peak, result } = await peakMemory(() => exportOne(page, idOf(length), format));
    const seconds = (performance.now() - start) / 1000;
    const [above, ofImport] = [peak - before, added.peak - added.before].map((bytes) => (bytes / MB).toFixed(0));
    const row = [
      String(length.minutes),
      String(length.mbit),
      NAMES[format] ?? format,
      (result / MB).toFixed(1),
      above,
      seconds.toFixed(1),
      ofImport,
    ];
    console.log(row.join(' | '));
    return { row, version: page.context().browser()?.version() ?? '' };
  } finally {
    await browsing.close();
  }
}

function lengthOf(arg: string): Length {
  const [minutes, mbit = 1] = arg.split('x').map(Number);
  return { minutes, mbit };
}

/**
 * Writes docs/sessions.md's table; only prints it where other lengths are asked for.
 *
 * @param args lengths of the sessions in minutes, with the film's bit rate in Mbit/s behind an `x`, 1 if left out; LENGTHS if there is none
 */
export async function benchExport(args: readonly string[]): Promise<void> {
  mkdirSync(SCRATCH, { recursive: true });
  const serving = await serveBuilt();
  const rows: string[][] = [];
  let chromium = '';
  console.log(HEAD.join(' | '));
  try {
    for (const length of args.length > 0 ? args.map(lengthOf) : LENGTHS) {
      const zip = await longZip(length);
      for (const format of FORMATS) {
        if (format === 'label-studio' && length.minutes > LONGEST_ENCODED) continue;
        const { row, version } = await measure(serving.url, zip, length, format);
        rows.push(row);
        chromium = version;
      }
      rmSync(zip);
    }
  } finally {
    await serving.close();
  }
  if (args.length === 0)
    writePart('export', [machine(chromium), '', table(HEAD, rows)].join('\n'), join(ROOT, 'docs/sessions.md'));
}
