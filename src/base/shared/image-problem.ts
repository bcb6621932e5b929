/** Why an image could not be recognised. */
export type ImageProblem =
  /** No bytes in it. */
  | 'empty'
  /** A drawing (SVG), which has no pixels and may hold scripts. */
  | 'drawing'
  /** More bytes or pixels than are read here. */
  | 'too-large'
  /** HEIC, which this browser does not read. */
  | 'heic'
  /** No image, or a damaged one. */
  | 'unreadable'
  /** The browser could not open the file, or the folder that it is in. */
  | 'not-given'
  /** Too many were dropped at once: it and those after it were not taken. */
  | 'left-out'
  /** The image was read, but the network could not be run on it. */
  | 'engine';

/** Files that are taken at once: more is a disk, not a folder of images. */
export const MOST_DROPPED = 20_000;
