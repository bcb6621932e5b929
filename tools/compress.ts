// The last step of npm run build: brotli and gzip beside each file that is worth it, as our servers
// (@fastify/static) send them. What was compressed once is kept in .cache by its content.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, '.cache/compressed');
/** Text and WebAssembly. Images are compressed already, and weights of a network hardly can be. */
const KINDS = new Set(['.html', '.js', '.mjs', '.css', '.svg', '.json', '.txt', '.webmanifest', '.wasm']);
/** Below it a compressed file saves no packet. */
const SMALLEST = 512;
/** Brotli's best takes a minute for onnxruntime's 13 MB; one step less takes seconds, and a few per cent more bytes. */
const LARGE = 1_000_000;

const brotli = (bytes: Buffer): Promise<Buffer> =>
  promisify(brotliCompress)(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: bytes.length > LARGE ? 9 : 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
const METHODS = { br: brotli, gz: (bytes: Buffer): Promise<Buffer> => promisify(gzip)(bytes, { level: 9 }) };

export interface Saved {
  /** Bytes of the files that have a compressed one beside them. */
  readonly plain: number;
  readonly br: number;
  readonly gz: number;
  readonly files: number;
}

async function compressed(bytes: Buffer, method: 'br' | 'gz'): Promise<Buffer> {
  const path = join(cache, `${createHash('sha256').update(bytes).digest('hex')}.${method}`);
  if (existsSync(path)) return readFileSync(path);
  const result = await METHODS[method](bytes);
  writeFileSync(path, result);
  return result;
}

/** Writes `.br` and `.gz` beside the files of a built page, where they are smaller. */
export async function compressFolder(folder: string): Promise<Saved> {
  mkdirSync(cache, { recursive: true });
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && KINDS.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name));
  const saved = { plain: 0, br: 0, gz: 0, files: 0 };
  for (const file of files) {
    const bytes = readFileSync(file);
    if (bytes.length < SMALLEST) continue;
    const [br, gz] = await Promise.all([compressed(bytes, 'br'), compressed(bytes, 'gz')]);
    if (br.length >= bytes.length || gz.length >= bytes.length) continue;
    writeFileSync(`${file}.br`, br);
    writeFileSync(`${file}.gz`, gz);
    saved.plain += bytes.length;
    saved.br += br.length;
    saved.gz += gz.length;
    saved.files++;
  }
  return saved;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { plain, br, gz, files } = await compressFolder(join(root, 'dist'));
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
  const less = (bytes: number): string => `${Math.round(100 * (1 - bytes / plain))} % less`;
  console.log(`${files} files compressed: ${mb(plain)}, with brotli ${mb(br)} (${less(br)}), with gzip ${mb(gz)} (${less(gz)})`);
}
