import jsQR from 'jsqr';
import sharp from 'sharp';

/** What a QR code in an image says, read by jsQR; undefined where it finds none. */
export async function readQr(image: Buffer): Promise<string | undefined> {
  const { data, info } = await sharp(image).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return jsQR(new Uint8ClampedArray(data), info.width, info.height)?.data;
}

/** Pixels a module of a code that is drawn with letters. */
const SCALE = 4;
/** Light modules around it. */
const MARGIN = 4;

/**
 * What a QR code in a terminal says, that is drawn with half blocks: two modules a letter, one above the other.
 * Colours are read as terminals show them (ECMA-48: 40 and 47 the background, 30 and 37 the foreground, black and white).
 */
export function readTerminalQr(text: string): string | undefined {
  const rows: boolean[][] = [];
  for (const line of text.split('\n').filter((l) => /[▀▄█]/.test(l))) {
    const upper: boolean[] = [];
    const lower: boolean[] = [];
    // Lines begin with the colours that the line before ended with.
    let foregroundDark = true;
    let backgroundDark = false;
    // eslint-disable-next-line no-control-regex
    for (const [, codes, letter] of line.matchAll(/\x1b\[(\d*)m|([ ▀▄█])/g)) {
      if (letter === undefined) {
        if (codes === '30' || codes === '37') foregroundDark = codes === '30';
        if (codes === '40' || codes === '47') backgroundDark = codes === '40';
        continue;
      }
      upper.push(letter === '▀' || letter === '█' ? foregroundDark : backgroundDark);
      lower.push(letter === '▄' || letter === '█' ? foregroundDark : backgroundDark);
    }
    rows.push(upper, lower);
  }
  if (rows.length === 0) return undefined;
  const width = (Math.max(...rows.map((row) => row.length)) + 2 * MARGIN) * SCALE;
  const height = (rows.length + 2 * MARGIN) * SCALE;
  const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
  for (const [y, row] of rows.entries()) {
    for (const [x, dark] of row.entries()) {
      if (!dark) continue;
      for (let i = 0; i < SCALE * SCALE; i++) {
        const at = ((y + MARGIN) * SCALE + Math.floor(i / SCALE)) * width + (x + MARGIN) * SCALE + (i % SCALE);
        pixels.fill(0, at * 4, at * 4 + 3);
      }
    }
  }
  return jsQR(pixels, width, height)?.data;
}
