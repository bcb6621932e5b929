const SIZE = 256;

/** The generator of Numerical Recipes (Press et al., section 7.1): 0 up to 1, the same each time. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Smooth noise with a spectrum that falls as natural images' do (1 / frequency): octaves of interpolated random grids. */
function cloud(next: () => number, roughness: number): Float32Array {
  const out = new Float32Array(SIZE * SIZE);
  let amplitude = 1;
  for (let cells = 2; cells <= SIZE; cells *= 2, amplitude *= roughness) {
    const side = cells + 1;
    const grid = Float32Array.from({ length: side * side }, () => next() - 0.5);
    for (let y = 0; y < SIZE; y++) {
      const gy = (y * cells) / SIZE;
      const y0 = Math.floor(gy);
      const fy = gy - y0;
      for (let x = 0; x < SIZE; x++) {
        const gx = (x * cells) / SIZE;
        const x0 = Math.floor(gx);
        const fx = gx - x0;
        const at = y0 * side + x0;
        const top = grid[at] + (grid[at + 1] - grid[at]) * fx;
        const bottom = grid[at + side] + (grid[at + side + 1] - grid[at + side]) * fx;
        out[y * SIZE + x] += amplitude * (top + (bottom - top) * fy);
      }
    }
  }
  return out;
}

/** Distance from the middle of a shape, 1 at its edge: an ellipse, a rectangle or a stripe. */
function shape(kind: number, x: number, y: number): number {
  if (kind < 0.5) return Math.hypot(x, y);
  if (kind < 0.85) return Math.max(Math.abs(x), Math.abs(y));
  return Math.abs(y) + (Math.sin(6 * x) + 1) * 0.2;
}

/**
 * An image of nothing: opaque shapes of all sizes that cover each other (the "dead leaves" model, whose edges and sizes are
 * spread as in natural images: Lee, Mumford and Huang 2001; Baradad et al. 2021, Learning to See by Looking at Noise),
 * each with a colour, a shade and a texture of its own. For calibration where there are no real images.
 *
 * @param seed the same image for the same seed
 * @returns RGBA, 256 x 256
 */
export function deadLeaves(seed: number): { data: Uint8Array; width: number; height: number } {
  const next = generator(seed * 7919 + 13);
  const data = new Uint8Array(SIZE * SIZE * 4).fill(255);
  const textures = [0.4, 0.6, 0.8, 0.95].map((roughness) => cloud(next, roughness));
  const contrast = 0.3 + 1.4 * next();
  const leaves = 40 + Math.floor(260 * next());
  for (let leaf = 0; leaf < leaves; leaf++) {
    // Sizes fall off with the third power, so that the image looks the same at every scale; the first covers all.
    const radius = leaf === 0 ? 4 * SIZE : Math.min(SIZE / 2, 4 / Math.sqrt(next() * 0.9 + 0.001));
    const [cx, cy, kind, angle] = [next() * SIZE, next() * SIZE, next(), next() * Math.PI];
    const stretch = 0.4 + 0.6 * next();
    const colour = [next(), next(), next()];
    const grey = (colour[0] + colour[1] + colour[2]) / 3;
    const saturation = next();
    const texture = textures[Math.floor(next() * textures.length)];
    const [depth, shade, stripes] = [next() * 0.5, (next() - 0.5) * 0.6, next() < 0.3 ? 0.1 + next() : 0];
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const reach = Math.ceil(radius / stretch);
    for (let y = Math.max(0, Math.floor(cy - reach)); y < Math.min(SIZE, cy + reach); y++) {
      for (let x = Math.max(0, Math.floor(cx - reach)); x < Math.min(SIZE, cx + reach); x++) {
        const u = ((x - cx) * cos + (y - cy) * sin) / radius;
        const v = ((y - cy) * cos - (x - cx) * sin) / (radius * stretch);
        if (shape(kind, u, v) > 1) continue;
        const light = shade * u + depth * texture[y * SIZE + x] * 2 + (stripes > 0 ? 0.25 * Math.sign(Math.sin(stripes * u * radius)) : 0);
        for (let c = 0; c < 3; c++) {
          const base = grey + saturation * (colour[c] - grey);
          data[(y * SIZE + x) * 4 + c] = Math.max(0, Math.min(255, 255 * (0.5 + contrast * (base - 0.5 + light))));
        }
      }
    }
  }
  return { data, width: SIZE, height: SIZE };
}
