/** Fonts of labels that are drawn onto images and films: no style sheet reaches a canvas. */
export const DRAWN_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans CJK SC', sans-serif";

/** What they stand on: dark enough for white letters on any image. */
export const DRAWN_GROUND = 'rgb(12 14 20 / 0.78)';
