import { SIDES } from '../dataset';
import { boxedClasses, share, type DatasetContext, type Pictures, type ZipContent } from './format';
import { namesById } from '../classes';

/**
 * FiftyOne's `FiftyOneImageDetectionDataset` for each side: `data/` with the pictures, `labels.json` with the classes and each
 * picture's boxes, in shares of it (docs.voxel51.com, "FiftyOneImageDetectionDataset").
 */
export async function* fiftyOne({ classes, sides }: DatasetContext, pictures: Pictures): AsyncGenerator<ZipContent> {
  const labels = new Map<string, Record<string, object[] | null>>(sides.map((side) => [side, {}]));
  for await (const picture of pictures) {
    const { side, file, width, height, box, session, frame, timeUs } = picture;
    yield { name: `${side}/data/${file}`, input: picture.jpeg };
    const place = [share(box.x, width), share(box.y, height), share(box.width, width), share(box.height, height)];
    const found = boxedClasses(picture).map(({ id, author, probability }) => ({
      label: id,
      bounding_box: place,
      ...(probability !== undefined && { confidence: probability }),
      attributes: { author, session, frame: frame ?? null, time_s: timeUs / 1e6 },
    }));
    const all = labels.get(side);
    if (all) all[file.replace(/\.jpg$/, '')] = found;
  }
  for (const side of SIDES.filter((one) => sides.includes(one))) {
    yield { name: `${side}/labels.json`, input: JSON.stringify({ classes: namesById(classes), labels: labels.get(side) }) };
  }
}
