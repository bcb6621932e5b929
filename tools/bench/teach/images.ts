import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

const even = (from: number, to: number): number[] => Array.from({ length: (to - from) / 2 + 1 }, (_, i) => from + 2 * i);

/** Kinds of things: ImageNet classes that a person would give one name; ../shared/pictures has one image of each class. */
export const KINDS: Readonly<Record<string, readonly number[]>> = {
  songbird: [...even(10, 20), 92, 94],
  'water bird': [...even(128, 146), 98, 100],
  snake: even(52, 68),
  terrier: even(180, 202),
  hound: even(160, 178),
  monkey: even(366, 384),
  insect: even(300, 326),
  boat: [472, 484, 510, 554, 576, 628, 724, 780, 814, 914],
  car: [436, 468, 586, 654, 656, 734, 802, 864, 866],
  instrument: [402, 420, 432, 486, 546, 558, 566, 594, 642, 684, 776, 822],
  ball: [430, 522, 574, 722, 746, 752, 768, 852, 890],
  clothes: [474, 568, 578, 608, 610, 614, 638, 806, 824, 834, 842],
  vessel: [412, 438, 440, 504, 572, 720, 738, 898, 968],
  device: [482, 508, 530, 590, 592, 620, 662, 664, 732, 742, 754, 848, 878],
  building: [410, 442, 500, 538, 580, 668, 682, 698, 832, 888, 900],
  fruit: even(936, 956),
};

/** Kinds that are near each other: breeds by their group, birds, reptiles, insects. */
export const FINE_KINDS: Readonly<Record<string, readonly number[]>> = {
  terrier: even(180, 202),
  hound: even(160, 178),
  'spaniel or retriever': even(206, 220),
  shepherd: [...even(224, 236), 240, 248, 250],
  'toy dog': [...even(152, 158), 252, 254, 262, 266, 268],
  'wild dog': [...even(270, 280), 258, 260],
  cat: even(282, 294),
  songbird: [...even(10, 20), 92, 94],
  'water bird': [...even(128, 146), 98, 100],
  'game bird': [8, 80, 82, 84, 86, 138],
  snake: even(52, 68),
  lizard: [...even(38, 48), 26, 28],
};

export interface BenchImage {
  readonly path: string;
  readonly index: number;
}

export function listImages(folder: string): BenchImage[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.jpg$/.test(name))
    .sort()
    .map((name) => ({ path: join(folder, name), index: Number(name.slice(0, 4)) }));
}

/** What kind of pictures they are made into: of what an ImageNet network has seen little. */
export const DOMAINS = ['photographs', 'thermal', 'drawings', 'inverted', 'microscope'] as const;
export type Domain = (typeof DOMAINS)[number];

/** How far a view may be from the image. */
export type Strength = 'none' | 'mild' | 'strong';

export interface Pixels {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

async function pixelsOf(image: Sharp): Promise<Pixels> {
  const { data, info } = await image.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8ClampedArray(data), width: info.width, height: info.height };
}

/**
 * A view of an image as another moment would give it: a square cut from somewhere in it, mirrored half of the time, in
 * another light. Strong ones are cut smaller, lit from half to one and a half, tinted, and sometimes out of focus.
 */
export async function viewOf(path: string, strength: Strength, random: () => number, domain: Domain = 'photographs'): Promise<Pixels> {
  return inDomain(await photographOf(path, strength, random), domain);
}

async function photographOf(path: string, strength: Strength, random: () => number): Promise<Pixels> {
  const plain = sharp(path).removeAlpha().toColourspace('srgb');
  if (strength === 'none') return pixelsOf(plain);
  const { width, height } = await plain.metadata();
  const strong = strength === 'strong';
  const share = strong ? 0.4 + 0.5 * random() : 0.6 + 0.4 * random();
  const side = Math.round(Math.min(width, height) * Math.sqrt(share));
  const cut = { left: Math.floor(random() * (width - side)), top: Math.floor(random() * (height - side)), width: side, height: side };
  const light = strong ? 0.5 + random() : 0.8 + 0.4 * random();
  const tint = strong ? 0.15 : 0.05;
  const gains = [1 + tint * (2 * random() - 1), 1, 1 + tint * (2 * random() - 1)].map((gain) => gain * light);
  let image = plain.extract(cut).resize(256, 256).linear(gains, [0, 0, 0]);
  if (random() < 0.5) image = image.flop();
  if (strong && random() < 0.3) image = image.blur(0.5 + 1.5 * random());
  return pixelsOf(image);
}

/** A palette of thermal cameras: black, violet, red, orange, yellow, white. */
const THERMAL = [[0, 0, 0], [60, 10, 110], [150, 30, 100], [225, 70, 40], [250, 160, 20], [255, 255, 230]];

function thermal(light: number): number[] {
  const at = (light / 255) * (THERMAL.length - 1);
  const low = Math.min(THERMAL.length - 2, Math.floor(at));
  return THERMAL[low].map((value, c) => value + (at - low) * (THERMAL[low + 1][c] - value));
}

/** Lines where brightness changes (Sobel), dark on white. */
function drawn(light: Uint8Array, width: number, height: number, i: number): number {
  const x = Math.min(width - 2, Math.max(1, i % width));
  const y = Math.min(height - 2, Math.max(1, Math.floor(i / width)));
  const at = (dx: number, dy: number): number => light[(y + dy) * width + x + dx];
  const across = at(1, -1) + 2 * at(1, 0) + at(1, 1) - at(-1, -1) - 2 * at(-1, 0) - at(-1, 1);
  const down = at(-1, 1) + 2 * at(0, 1) + at(1, 1) - at(-1, -1) - 2 * at(0, -1) - at(1, -1);
  return Math.max(0, 255 - 2 * Math.hypot(across, down));
}

/** The picture as a camera of another kind would give it. */
async function inDomain({ data, width, height }: Pixels, domain: Domain): Promise<Pixels> {
  if (domain === 'photographs') return { data, width, height };
  const result = new Uint8ClampedArray(data);
  const blur = { thermal: 2, drawings: 1, microscope: 1.5, inverted: undefined }[domain];
  const light = blur === undefined ? undefined : new Uint8Array(
    await sharp(Buffer.from(data), { raw: { width, height, channels: 4 } }).removeAlpha().grayscale().blur(blur).raw().toBuffer(),
  );
  for (let i = 0; i < width * height; i++) {
    let colour = [255 - data[4 * i], 255 - data[4 * i + 1], 255 - data[4 * i + 2]];
    if (light && domain === 'thermal') colour = thermal(light[i]);
    else if (light && domain === 'drawings') colour = new Array<number>(3).fill(drawn(light, width, height, i));
    else if (light && domain === 'microscope') {
      // A round field, stained violet on rose.
      const [x, y] = [(2 * (i % width)) / width - 1, (2 * Math.floor(i / width)) / height - 1];
      const share = 0.25 + (0.75 * light[i]) / 255;
      colour = x * x + y * y > 1 ? [0, 0, 0] : [90 + share * 152, 26 + share * 191, 128 + share * 114];
    }
    result.set(colour, 4 * i);
  }
  return { data: result, width, height };
}
