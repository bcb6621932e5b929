import { fileTypeFromBuffer } from 'file-type';
import { Problem } from './problem';

/** MIME types that are decoded: what browsers show. */
export const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif', 'image/bmp'] as const;

const NAMES: Readonly<Record<string, string>> = {
  'application/pdf': 'a PDF document',
  'application/zip': 'a ZIP archive',
  'image/tiff': 'a TIFF picture',
  'image/heic': 'an HEIC picture',
  'image/heif': 'an HEIF picture',
};

/** Bytes in which an SVG document without an XML prologue shows itself. */
const SVG_WINDOW = 1024;

function isSvg(bytes: Uint8Array): boolean {
  return /<svg[\s>]/i.test(new TextDecoder('latin1').decode(bytes.subarray(0, SVG_WINDOW)));
}

/** Whether AVIF is among a file's brands (ISO/IEC 14496-12, 4.3), whichever is the first: `mif1` may be. */
function isAvif(bytes: Uint8Array): boolean {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 256));
  if (!head.startsWith('ftyp', 4)) return false;
  const length = Math.min(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), head.length);
  return (head.slice(8, length).match(/.{4}/gs) ?? []).some((brand) => brand === 'avif' || brand === 'avis');
}

/**
 * Finds out what a file is from its first bytes; what the sender calls it counts for nothing.
 * @throws Problem `no-picture` for an empty file, `unsupported-type` for anything that is not decoded here
 */
export async function imageType(bytes: Uint8Array): Promise<(typeof IMAGE_TYPES)[number]> {
  if (bytes.length === 0) throw new Problem('no-picture', 'The file is empty.');
  if (isSvg(bytes)) {
    throw new Problem('unsupported-type', 'The file is an SVG drawing: SVG is refused, as it can refer to other files.', {
      next: 'Export the drawing as PNG and send that.',
    });
  }
  // What comes most often, without the millisecond that hundreds of other signatures take; lossless JPEG (F7) is another format.
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff && bytes[3] !== 0xf7) return 'image/jpeg';
  const found = await fileTypeFromBuffer(bytes);
  // APNG is PNG to every decoder: its first image.
  const mime = found?.mime === 'image/apng' ? 'image/png' : isAvif(bytes) ? 'image/avif' : found?.mime;
  const known = IMAGE_TYPES.find((type) => type === mime);
  if (known) return known;
  const name = mime === undefined ? undefined : (NAMES[mime] ?? `of the type ${mime}`);
  throw new Problem('unsupported-type', name ? `The file is ${name}.` : 'The file is no picture of a known kind.');
}
