// npm run tool -- icons: the app's icons as PNG files, made from public/icon.svg. Run it after a change of that file, and commit both.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const PUBLIC = fileURLToPath(new URL('../public', import.meta.url));

/** Colour of the icon's own ground, for icons that fill their square. */
const GROUND = '#0b0d12';

interface Icon {
  readonly file: string;
  /** Pixels. */
  readonly size: number;
  /** Share of the side that the drawing takes on a full ground; undefined for the icon as it is, round corners and all. */
  readonly inset?: number;
}

export const ICONS: readonly Icon[] = [
  { file: 'icons/icon-192.png', size: 192 },
  { file: 'icons/icon-512.png', size: 512 },
  // Phones cut maskable icons to their own shape, but never into the middle circle of 80 % (W3C manifest, safe zone).
  { file: 'icons/maskable-512.png', size: 512, inset: 0.86 },
  // iOS rounds the corners itself and shows transparent ones black.
  { file: 'icons/apple-touch-icon.png', size: 180, inset: 0.94 },
];

/** One icon as PNG. */
export async function makeIcon(svg: Buffer, { size, inset }: Icon): Promise<Buffer> {
  const drawn = (side: number): Promise<Buffer> => sharp(svg, { density: (72 * size) / 64 }).resize(side, side).png().toBuffer();
  if (inset === undefined) return drawn(size);
  return sharp({ create: { width: size, height: size, channels: 4, background: GROUND } })
    .composite([{ input: await drawn(Math.round(size * inset)) }])
    .removeAlpha()
    .png({ compressionLevel: 9, palette: true })
    .toBuffer();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const svg = readFileSync(join(PUBLIC, 'icon.svg'));
  mkdirSync(join(PUBLIC, 'icons'), { recursive: true });
  for (const icon of ICONS) writeFileSync(join(PUBLIC, icon.file), await makeIcon(svg, icon));
  console.log(`Wrote ${ICONS.map((icon) => icon.file).join(', ')}.`);
}
