/**
 * Nine of the 256 colours of "inferno", evenly, as sRGB: matplotlib's colour map by Nathaniel J. Smith and Stéfan van der Walt (CC0,
 * https://bids.github.io/colormap). Its lightness only rises, so that it is read the same without red, green or any colour.
 */
export const HEAT_COLOURS = ['#000004', '#210c4a', '#57106e', '#8a226a', '#bc3754', '#e35933', '#f98c0a', '#f9c932', '#fcffa4'] as const;

/** How much of the image the hottest place covers: the thing under it can still be made out. */
const MOST_ALPHA = 0.72;
const STEPS = 256;

/** Shape [256, 4], RGBA for values from 0 to 1; clear at 0, so that only what was looked at is coloured. */
export const HEAT_TABLE: Uint8ClampedArray = (() => {
  const colours = HEAT_COLOURS.map((colour) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)));
  const table = new Uint8ClampedArray(STEPS * 4);
  for (let step = 0; step < STEPS; step++) {
    const value = step / (STEPS - 1);
    const place = value * (colours.length - 1);
    const at = Math.min(Math.floor(place), colours.length - 2);
    for (let channel = 0; channel < 3; channel++) {
      table[step * 4 + channel] = colours[at][channel] + (colours[at + 1][channel] - colours[at][channel]) * (place - at);
    }
    table[step * 4 + 3] = 255 * MOST_ALPHA * value;
  }
  return table;
})();

/** Colours values from 0 to 1 into RGBA. @param pixels four for each value */
export function paintHeat(values: Float32Array, pixels: Uint8ClampedArray): void {
  for (let i = 0; i < values.length; i++) {
    const step = Math.round(Math.min(Math.max(values[i], 0), 1) * (STEPS - 1));
    pixels.set(HEAT_TABLE.subarray(step * 4, step * 4 + 4), i * 4);
  }
}
