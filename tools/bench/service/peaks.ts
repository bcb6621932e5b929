// npm run bench -- peaks: most memory that a recognising process takes, by kind of picture, at the largest size that is taken; writes docs/service.md's table.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { DEFAULTS } from '../../../src/server/settings';
import { startService } from '../../../tests/support/server/service';
import { table, writePart } from '../report';
import { ROOT } from './rivals';

/** As many pixels as MAX_PIXELS allows by default, but for a few. */
const [WIDTH, HEIGHT] = [8000, 6000];

/** An AVIF file that libavif alone may read, whatever its size: a clean aperture that browsers leave aside; with the widest samples, by avifenc (Debian: libavif-bin). */
async function withAperture(image: Sharp, width: number, height: number): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'sightglass-peaks-'));
  try {
    await image.resize(width, height).png({ compressionLevel: 1 }).toFile(join(folder, 'in.png'));
    const clap = `${width},1,${height - 8},1,0,1,0,1`;
    execFileSync('avifenc', ['-s', '9', '-y', '444', '-d', '10', '--clap', clap, 'in.png', 'out.avif'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    return readFileSync(join(folder, 'out.avif'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function pictures(): Promise<Record<string, Buffer>> {
  const data = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let i = 0; i < data.length; i++) data[i] = 128 + 90 * Math.sin(i / (4000 + (i % 3) * 900));
  const scene = (): Sharp => sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
  return {
    JPEG: await scene().jpeg().toBuffer(),
    'progressive JPEG': await scene().jpeg({ progressive: true }).toBuffer(),
    'JPEG, turned by its EXIF': await scene().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    PNG: await scene().png({ compressionLevel: 1 }).toBuffer(),
    'PNG with alpha': await scene().ensureAlpha(0.5).png({ compressionLevel: 1 }).toBuffer(),
    WebP: await scene().webp({ effort: 0 }).toBuffer(),
    AVIF: await scene().avif({ effort: 0 }).toBuffer(),
    'AVIF of 4 megapixels': await scene().resize(2300, 1725).avif({ effort: 0 }).toBuffer(),
    'AVIF of 16 megapixels with a clean aperture, 10 bits, 4:4:4': await withAperture(scene(), 4600, 3450),
  };
}

const MIB = 2 ** 20;
/** MiB; Linux only. */
const peakOf = (pid: number): number => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

export async function benchPeaks(): Promise<void> {
  const models = join(ROOT, 'dist/models');
  const rows: (string | number)[][] = [];
  for (const [kind, bytes] of Object.entries(await pictures())) {
    const service = await startService({ workers: 1, timeoutMs: 60_000, maxBytes: 256 * MIB, ...(existsSync(models) ? { models } : {}) });
    const before = peakOf(service.pool.pids[0]);
    const response = await fetch(`${service.url}/predict?k=1`, { method: 'POST', body: new Uint8Array(bytes), headers: { 'Content-Type': 'application/octet-stream' } });
    if (!response.ok) throw new Error(`${kind}: ${await response.text()}`);
    const milliseconds = Number(/decode;dur=([\d.]+)/.exec(response.headers.get('server-timing') ?? '')?.[1]);
    rows.push([kind, (bytes.length / 1e6).toFixed(1), milliseconds.toFixed(0), before.toFixed(0), peakOf(service.pool.pids[0]).toFixed(0)]);
    await service.end();
  }
  writePart(
    'peaks',
    [
      `Measured by \`npm run bench -- peaks\` on ${new Date().toISOString().slice(0, 10)}: one recognising process, one picture of ${WIDTH} x ${HEIGHT} where no other size is said (${DEFAULTS.maxPixels} pixels are the most).`,
      '',
      table(['picture', 'MB', 'decoding ms', 'MiB before', 'MiB at the most'], rows),
    ].join('\n'),
    join(ROOT, 'docs/service.md'),
  );
}
