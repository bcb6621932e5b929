import { namesById } from '../classes';
import { boxedClasses, share, type DatasetContext, type Pictures, type ZipContent } from './format';

/**
 * What Ultralytics trains detection on (docs.ultralytics.com/datasets/detect): pictures in `images/train/`, for each a text with a line a
 * box in `labels/train/`, and `data.yaml`. A picture without a box has an empty text: background.
 */
export async function* yolo({ classes, sides }: DatasetContext, pictures: Pictures): AsyncGenerator<ZipContent> {
  for await (const picture of pictures) {
    const { side, file, width, height, box, jpeg } = picture;
    yield { name: `images/${side}/${file}`, input: jpeg };
    const place = [share(box.x + box.width / 2, width), share(box.y + box.height / 2, height), share(box.width, width), share(box.height, height)].join(' ');
    yield { name: `labels/${side}/${file.replace(/\.jpg$/, '.txt')}`, input: boxedClasses(picture).map(({ id }) => `${id} ${place}\n`).join('') };
  }
  // Ultralytics asks for both, and has no pictures of a side that is not there.
  const folder = (side: 'train' | 'val'): string => `images/${sides.includes(side) ? side : sides[0]}`;
  const test = sides.includes('test') ? 'test: images/test\n' : '';
  // Without a `path` its places are beside it, wherever training is started. JSON's texts are YAML's.
  const names = namesById(classes).map((name, id) => `  ${id}: ${JSON.stringify(name)}\n`).join('');
  const warning = sides.includes('val') ? '' : '# There are no pictures to validate on: val is what was trained on, and its score says nothing. Record another moment.\n';
  yield { name: 'data.yaml', input: `${warning}train: ${folder('train')}\nval: ${folder('val')}\n${test}names:\n${names}` };
}
