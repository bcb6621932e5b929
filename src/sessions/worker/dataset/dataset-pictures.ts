import { Fault } from '../../../base/shared/fault';
import type { Region } from '../../../engine/index';
import type { DatasetPicture, PictureClass, PlannedPicture, Side } from '../../shared/dataset/dataset';
import { STILLS, type Still } from '../../shared/dataset/still';
import { safeName, UniqueNames } from '../../shared/export/file-names';
import { squareInImage, type Size } from '../../shared/squares';
import { cutJpeg, frameImages, jpegOf, jpegSize } from '../export/frame-images';
import { openVideo } from '../export/open-video';
import type { SessionSource } from '../export/session-source';
import type { PlannedDataset } from './plan-dataset';

/** An image of a planned picture. */
interface Taken {
  readonly size: Size;
  /** Undefined where it cannot be read after all. */
  readonly jpeg: (square?: Region) => Promise<Blob | undefined>;
}

/** Frames of a session's film; those that the film has not are left out. */
async function* framesFrom(source: SessionSource, planned: readonly PlannedPicture[]): AsyncGenerator<readonly [PlannedPicture, Taken]> {
  if (planned.length === 0) return;
  try {
    using video = await openVideo(source.video);
    // The decoder asks for times ahead of the images that it gives.
    const waiting: PlannedPicture[] = [];
    const times = async function* (): AsyncGenerator<number> {
      for (const picture of planned) {
        waiting.push(picture);
        yield await Promise.resolve(picture.timeUs);
      }
    };
    for await (const image of frameImages(video, times())) {
      const picture = waiting.shift();
      if (picture && image) yield [picture, { size: image, jpeg: (square) => image.jpeg(square) }];
    }
  } catch (error) {
    const { code, message } = Fault.from(error, 'export-failed');
    throw code === 'export-codec' ? new Fault(code, `${source.manifest.name}: ${message}`, { cause: error }) : error;
  }
}

async function* snapshotsFrom(source: SessionSource, planned: readonly PlannedPicture[]): AsyncGenerator<readonly [PlannedPicture, Taken]> {
  for (const picture of planned) {
    const image = picture.snapshot === undefined ? undefined : await source.snapshot(picture.snapshot);
    // One that is gone or damaged is counted as missing, and all others are had.
    const size = image && (await jpegSize(image).catch(() => undefined));
    if (image && size) yield [picture, { size, jpeg: (square) => (square ? cutJpeg(image, square).catch(() => undefined) : Promise.resolve(image)) }];
  }
}

/** Pictures of no session; each anew as JPEG, upright and without what its file says beside the picture: places, people. */
async function* stillsFrom(stills: readonly Still[], planned: readonly PlannedPicture[]): AsyncGenerator<readonly [PlannedPicture, Taken]> {
  const byKey = new Map(stills.map((one) => [one.key, one]));
  for (const picture of planned) {
    const still = picture.still === undefined ? undefined : byKey.get(picture.still);
    // One that this browser cannot read, or that is too large for a canvas, is counted as missing.
    const image = still && (await createImageBitmap(still.file).catch(() => undefined));
    if (!image) continue;
    try {
      yield [picture, { size: image, jpeg: (square) => jpegOf(image, square ?? { x: 0, y: 0, width: image.width, height: image.height }).catch(() => undefined) }];
    } finally {
      image.close();
    }
  }
}

/** Where the network looked in an image, and the whole of it where the session does not say. */
function boxIn({ square }: PlannedPicture, whole: Size, { width, height }: Size): Region {
  return square ? squareInImage(square, whole, { width, height }) : { x: 0, y: 0, width, height };
}

/** File names: of their session, without a dot, as readers take what stands behind the first one for an ending. */
function namesOf(sources: readonly SessionSource[]): ReadonlyMap<string, string> {
  const unique = new UniqueNames();
  return new Map([...sources.map(({ manifest: { id, name } }) => [id, name] as const), [STILLS, STILLS] as const].map(([id, name]) => [id, unique.take(safeName(name.replaceAll('.', '_'), 'session', 40))]));
}

/** What tells pictures of one session apart in their files' names. */
function placeOf({ timeUs, snapshot, still }: PlannedPicture): string {
  if (still !== undefined) return String(still).padStart(10, '0');
  return snapshot === undefined ? String(timeUs).padStart(10, '0') : `snapshot-${safeName(snapshot.replace(/\.jpg$/, '').replaceAll('.', '_'), 'x', 40)}`;
}

/**
 * The pictures of some sides, taken out of the films, one side after the other and one in memory at a time.
 * @param onPicture called behind each, with how many there were
 */
export async function* datasetPictures(
  { sources, stills, classOf, pictures, sides }: PlannedDataset,
  cut: boolean,
  order: readonly Side[],
  onPicture: (count: number) => void,
): AsyncGenerator<DatasetPicture> {
  const bases = namesOf(sources);
  const stillNames = new Map(stills.map(({ key, name }) => [key, name]));
  let count = 0;
  for (const side of order) {
    const ofSide = (id: string): PlannedPicture[] => pictures.filter((one) => one.sessionId === id && sides.get(one.key) === side);
    const places = sources.map((source) => {
      const { id, name, film } = source.manifest;
      const here = ofSide(id);
      const frames = here.filter(({ snapshot }) => snapshot === undefined);
      const kept = here.filter(({ snapshot }) => snapshot !== undefined);
      return { id, name, film, from: [framesFrom(source, frames), snapshotsFrom(source, kept)] };
    });
    for (const { id, name, film, from: all } of [...places, { id: STILLS, name: STILLS, film: undefined, from: [stillsFrom(stills, ofSide(STILLS))] }]) {
      for (const from of all) {
        for await (const [picture, { size, jpeg }] of from) {
          const square = boxIn(picture, film ?? size, size);
          const session = picture.still === undefined ? name : (stillNames.get(picture.still) ?? name);
          const whole = !cut || !picture.square;
          const pixels = Math.max(1, Math.round(square.width));
          const { width, height } = whole ? size : { width: pixels, height: pixels };
          const bytes = await jpeg(whole ? undefined : square);
          if (!bytes) continue;
          const classes = new Map<number, PictureClass>();
          for (const label of picture.labels) {
            const { id: classId, name } = classOf(label);
            if (!classes.has(classId)) classes.set(classId, { id: classId, name, author: label.author, ...(label.probability !== undefined && { probability: label.probability }) });
          }
          yield {
            ...picture, session, side, file: `${bases.get(id) ?? 'session'}-${placeOf(picture)}.jpg`, width, height,
            box: whole ? square : { x: 0, y: 0, width, height }, looked: picture.square && square, classes: [...classes.values()], jpeg: bytes,
          };
          onPicture(++count);
        }
      }
    }
  }
}
