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
export async function viewOf(path: string, strength: Strength, random: () => number): Promise<Pixels> {
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
