import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync, crc32 } from 'node:zlib';
import sharp from 'sharp';
import type { ModelManifest } from '../../../src/base/shared/model';
import { createService, type Service } from '../../../src/server/service';
import { DEFAULTS, type Settings } from '../../../src/server/settings';
import { ROOT } from '../shared';
import { noise } from '../weights';

/** Module of recognising processes whose answers a test says. */
export const SCRIPTED_PROCESS = fileURLToPath(new URL('./scripted-process.mjs', import.meta.url));

/** A small page, with the committed EfficientNet-Lite0 under two precisions, in a folder that the caller removes. */
export function makeSite(): { readonly root: string; readonly folder: string; readonly remove: () => void } {
  const root = mkdtempSync(join(tmpdir(), 'sightglass-service-'));
  const folder = join(root, 'dist');
  mkdirSync(join(folder, 'models'), { recursive: true });
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>the page</title>');
  writeFileSync(join(folder, 'assets/page-abc.js'), 'export {};');
  writeFileSync(join(folder, 'assets/part.mjs'), 'export {};');
  writeFileSync(join(folder, 'assets/part.wasm'), '\0asm');
  writeFileSync(join(folder, 'app.webmanifest'), '{}');
  writeFileSync(join(folder, '.env'), 'hidden');
  writeFileSync(join(root, 'secret.txt'), 'secret');
  const models = join(ROOT, 'public/models');
  const manifest = JSON.parse(readFileSync(join(models, 'efficientnet-lite0.json'), 'utf8')) as ModelManifest;
  const first = manifest.variants[0];
  for (const name of ['efficientnet-lite0.onnx', 'copy.onnx']) copyFileSync(join(models, first.file), join(folder, 'models', name));
  const written: ModelManifest = { ...manifest, variants: [first, { ...first, precision: 'int8', file: 'copy.onnx' }] };
  writeFileSync(join(folder, 'models/efficientnet-lite0.json'), JSON.stringify(written));
  return { root, folder, remove: () => rmSync(root, { recursive: true, force: true }) };
}

export interface TestService extends Service {
  readonly url: string;
  readonly root: string;
  /** Stops it and removes its files. */
  end(): Promise<void>;
}

/** The service on a small page and a free port of loopback. `scripted` takes scripted-process.mjs for the real network. */
export async function startService(settings: Partial<Settings> = {}, scripted = false): Promise<TestService> {
  const site = makeSite();
  try {
    const service = await createService(
      { ...DEFAULTS, port: 0, workers: 2, logLevel: 'silent', folder: site.folder, models: join(site.folder, 'models'), ...settings },
      scripted ? SCRIPTED_PROCESS : undefined,
    );
    const url = await service.listen();
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => (stopped ??= service.stop());
    return { ...service, stop, url, root: site.root, end: () => stop().finally(site.remove) };
  } catch (error) {
    site.remove();
    throw error;
  }
}

/** Noise on waves, as a PNG, JPEG, WebP, GIF or AVIF file: an image that nobody has rights to. */
export async function encodedImage(format: 'png' | 'jpeg' | 'webp' | 'gif' | 'avif' = 'png', width = 320, height = 240, channels: 3 | 4 = 3): Promise<Buffer> {
  const next = noise(width * 31 + height);
  const data = Buffer.alloc(width * height * channels);
  for (let i = 0; i < data.length; i++) data[i] = 128 + 90 * Math.sin(i / (40 + (i % channels) * 9)) + 30 * next();
  return sharp(data, { raw: { width, height, channels } }).toFormat(format).toBuffer();
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A small PNG file of an enormous black image, one bit a pixel; or with other chunks before its pixels. */
export function pngBomb(width: number, height: number, extra: readonly (readonly [type: string, data: Buffer])[] = []): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc(height * (1 + Math.ceil(width / 8))), { level: 9 });
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...extra.map(([type, data]) => chunk(type, data)),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A form with files, as a browser or curl sends it. */
export function form(files: readonly (readonly [field: string, name: string, bytes: Uint8Array | string])[]): FormData {
  const made = new FormData();
  for (const [field, name, bytes] of files) {
    made.append(field, new Blob([typeof bytes === 'string' ? bytes : new Uint8Array(bytes)]), name);
  }
  return made;
}

/** Posts a raw body. */
export function post(url: string, body: Uint8Array | string, type = 'image/png'): Promise<Response> {
  return fetch(url, { method: 'POST', body: typeof body === 'string' ? body : new Uint8Array(body), headers: { 'Content-Type': type } });
}
