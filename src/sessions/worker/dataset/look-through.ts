import { SIDES, type DatasetDefinition, type Side } from '../../shared/dataset/dataset';
import { partFrom } from '../../shared/dataset/look-through';
import type { Still } from '../../shared/dataset/still';
import type { SidePicture, TakenPicture } from '../../shared/session-export';
import { datasetPictures } from './dataset-pictures';
import { planDataset } from './plan-dataset';

/** Side of what is shown and looked at, pixels: as much as a network reads. */
const SIDE = 224;

/**
 * Pictures of a training set as small squares of where the network looked, those too that were picked out; of very many a part.
 * @param from number of the first
 * @param take called for each, and waited for
 */
export async function lookThrough(definition: DatasetDefinition, stills: readonly Still[], from: number, take: (picture: TakenPicture) => Promise<void>): Promise<void> {
  const planned = await planDataset({ ...definition, leftOut: [], given: {}, split: { ...definition.split, by: 'none' } }, stills);
  const part = partFrom(from, planned.pictures.length);
  const pictures = planned.pictures.slice(part.from, part.from + part.count);
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('This browser gives no 2D canvas.');
  let count = 0;
  for await (const { key, sessionId, session, still, timeUs, classes, jpeg } of datasetPictures({ ...planned, pictures }, true, SIDES, () => undefined)) {
    const image = await createImageBitmap(jpeg);
    const side = Math.min(image.width, image.height);
    context.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, SIDE, SIDE);
    image.close();
    const thumbnail = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.85 });
    await take({ key, sessionId, timeUs, ...(still !== undefined && { name: session }), classIds: classes.map(({ id }) => id), thumbnail, done: ++count / pictures.length, part, classes: planned.classes });
  }
}

/** The pictures of one side, each as it is exported. @param take called for each, and waited for */
export async function sidePictures(definition: DatasetDefinition, stills: readonly Still[], side: Side, take: (picture: SidePicture) => Promise<void>): Promise<void> {
  const planned = await planDataset(definition, stills);
  const total = [...planned.sides.values()].filter((one) => one === side).length;
  let count = 0;
  for await (const { jpeg, classes } of datasetPictures(planned, definition.cut, [side], () => undefined)) {
    await take({ jpeg, classIds: classes.map(({ id }) => id), classes: planned.classes, done: ++count / total });
  }
}
