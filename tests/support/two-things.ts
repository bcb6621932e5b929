import sharp from 'sharp';
import type { knownImages } from './shared';

/** Shares of an image's width and height. */
interface Point {
  readonly x: number;
  readonly y: number;
}

/** A panda on the left and a zebra on the right, with a bare wall between and round them. */
const [PANDA, ZEBRA] = [388, 340];
const SIDE = 330;

/** Size of the image, pixels. */
export const TWO_THINGS = { width: 1280, height: 720 } as const;
/** The panda's middle, shares of the image. */
export const LEFT: Point = { x: 0.17, y: 0.5 };
/** The zebra's. */
export const RIGHT: Point = { x: 0.83, y: 0.5 };

/** @throws Error where an image is missing */
export async function twoThings(images: NonNullable<ReturnType<typeof knownImages>>): Promise<Buffer> {
  const thing = async (index: number, { x, y }: Point): Promise<{ input: Buffer; left: number; top: number }> => {
    const found = images.find((p) => p.index === index);
    if (!found) throw new Error(`There is no picture of class ${index}.`);
    const input = await sharp(found.path).resize(SIDE, SIDE, { fit: 'cover' }).removeAlpha().png().toBuffer();
    return { input, left: Math.round(x * TWO_THINGS.width - SIDE / 2), top: Math.round(y * TWO_THINGS.height - SIDE / 2) };
  };
  const wall = sharp({ create: { ...TWO_THINGS, channels: 3, background: '#8a8578' } });
  return wall.composite([await thing(PANDA, LEFT), await thing(ZEBRA, RIGHT)]).png().toBuffer();
}
