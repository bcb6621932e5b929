import { beforeAll, describe, expect, it } from 'vitest';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { namesOfFile } from '../../../src/recognise/shared/class-names';
import { SIDES, type DatasetPicture } from '../../../src/sessions/shared/dataset/dataset';
import { coco } from '../../../src/sessions/shared/dataset/formats/coco';
import { cvatImages } from '../../../src/sessions/shared/dataset/formats/cvat';
import { fiftyOne } from '../../../src/sessions/shared/dataset/formats/fiftyone';
import { ClassFolders, imageFolder } from '../../../src/sessions/shared/dataset/formats/image-folder';
import { labelStudioImages } from '../../../src/sessions/shared/dataset/formats/label-studio-images';
import { parquet } from '../../../src/sessions/shared/dataset/formats/parquet';
import { webDataset } from '../../../src/sessions/shared/dataset/formats/web-dataset';
import { yolo } from '../../../src/sessions/shared/dataset/formats/yolo';
import { cvatTracks } from '../../../src/sessions/shared/export/cvat-tracks';
import { CLASSES, fixturePictures, writtenFiles } from '../../support/dataset-fixture';
import { aimedSession, ODD_LABELS, sourceOf, textOf } from '../../support/session-fixture';

let pictures: DatasetPicture[];
beforeAll(async () => {
  pictures = await fixturePictures();
});

type Files = ReadonlyMap<string, Buffer>;
const text = (files: Files, name: string): string => files.get(name)?.toString('utf8') ?? '';
const json = <T>(files: Files, name: string): T => JSON.parse(text(files, name)) as T;
const under = (files: Files, folder: string): string[] => [...files.keys()].filter((name) => name.startsWith(folder));

/** What Hugging Face's datasets takes for a split in a folder's name (data_files.py of 5.2.0), but as a regular expression. */
const HUGGING_FACE_SPLIT = /(^|[-._ 0-9])(train|training|validation|valid|dev|val|test|testing|eval|evaluation)($|[-._ 0-9])/;

describe('folders of classes', () => {
  it('are no split for any reader, safe, and each its own', () => {
    const names = ['bullet train', 'test tube', 'train', 'dev-board', 'a.test', 'val 2', 'trainer', 'Eval', 'con', 'a/b', 'A/B', ...ODD_LABELS.map(({ name }) => name)];
    const classes = names.map((name, id) => ({ id, name, from: [`own:${name}`] }));
    const folders = new ClassFolders(classes);
    const given = classes.map((one) => folders.of(one));
    expect(given.slice(0, 11)).toEqual(['bullet Train', 'Test tube', 'Train', 'Dev-board', 'a.Test', 'Val 2', 'trainer', 'Eval', '_con', 'a_b', 'A_B (2)']);
    for (const folder of given) expect(folder).not.toMatch(HUGGING_FACE_SPLIT);
    expect(new Set(given.map((name) => name.normalize('NFKC').toLowerCase())).size).toBe(names.length);
    const table = folders.table(new Set([0, 1, 3]));
    expect(table).toBe('folder,class_id,label\r\nbullet Train,0,bullet train\r\nTest tube,1,test tube\r\nDev-board,3,dev-board\r\n');
    // What is trained on folders has its classes in their order, which is not that of our numbers.
    expect(namesOfFile('classes.csv', table)).toEqual(['dev-board', 'test tube', 'bullet train']);
  });
});

describe('a training set as ImageFolder', () => {
  it('has each picture on its side under its class, and says so in metadata.jsonl', async () => {
    const files = await writtenFiles(imageFolder, pictures);
    for (const side of SIDES) {
      const rows = text(files, `${side}/metadata.jsonl`).trim().split('\n').map((line) => JSON.parse(line) as { file_name: string; label: string; split: string; author: string });
      const wanted = pictures.filter((picture) => picture.side === side);
      expect(rows.map(({ label }) => label)).toEqual(wanted.map(({ classes }) => classes[0].name));
      expect(rows.every(({ split, file_name }) => split === side && files.has(`${side}/${file_name}`))).toBe(true);
      expect(under(files, `${side}/`).filter((name) => name.endsWith('.jpg'))).toHaveLength(wanted.length);
      expect(new Set(rows.map((row) => Object.keys(row).join())).size).toBe(1);
    }
    expect(text(files, 'pictures.csv').trim().split('\r\n')).toHaveLength(1 + pictures.length);
  });

  it('has a folder for each class on each side, so that their numbers are the same', async () => {
    const few = pictures.filter(({ side, classes }) => side === 'train' || classes[0].id === 4);
    const files = await writtenFiles(imageFolder, few);
    const folders = (side: string): string[] => [...new Set(under(files, `${side}/`).map((name) => name.split('/')[1]))].filter((name) => name !== 'metadata.jsonl').sort();
    expect(folders('val')).toEqual(folders('train'));
    expect(files.get('val/bullet Train/')).toHaveLength(0);
  });

  it('has a picture with two labels under both', async () => {
    const both = [{ ...pictures[0], classes: [pictures[0].classes[0], pictures[1].classes[0]] }];
    const files = await writtenFiles(imageFolder, both);
    expect(under(files, 'train/').filter((name) => name.endsWith('.jpg'))).toEqual(['bullet Train', 'Test tube'].map((folder) => `train/${folder}/${pictures[0].file}`));
    expect(text(files, 'train/metadata.jsonl').trim().split('\n').map((line) => (JSON.parse(line) as { label: string }).label)).toEqual(['bullet train', 'test tube']);
  });
});

describe('a training set as COCO', () => {
  it('has one set of numbers over all sides, only the categories in use, and what was not sure said so', async () => {
    const files = await writtenFiles(coco(({ index }) => (index === 466 ? 0 : undefined)), pictures, 'coco');
    type Truth = { images: { id: number; file_name: string }[]; annotations: { id: number; image_id: number; category_id: number; bbox: number[]; attributes: object }[]; categories: { id: number; name: string }[] };
    const all = SIDES.map((side) => json<Truth>(files, `annotations/instances_${side}.json`));
    const [images, annotations] = [all.flatMap((one) => one.images), all.flatMap((one) => one.annotations)];
    expect(images.map(({ id }) => id)).toEqual(pictures.map((_, i) => i + 1));
    expect(new Set(images.map(({ file_name }) => file_name)).size).toBe(images.length);
    expect(annotations.map(({ id }) => id)).toEqual(annotations.map((_, i) => i + 1));
    // Background has no box.
    expect(annotations).toHaveLength(pictures.filter(({ classes }) => classes[0].author !== 'unlabelled').length);
    for (const { categories } of all) expect(categories.map(({ id }) => id)).toEqual([1, 2, 3, 5]);
    for (const { image_id, category_id, bbox } of annotations) {
      expect(category_id).toBe(pictures[image_id - 1].classes[0].id + 1);
      expect(bbox).toEqual([20, 12, 24, 24]);
    }
    expect(annotations[0].attributes).toEqual({ author: 'accepted' });
    const predicted = json<{ image_id: number; category_id: number; score: number; sure: boolean }[]>(files, 'predictions/predictions_train.json');
    expect(predicted.every(({ category_id, score }) => category_id === 1 && score === 0.75)).toBe(true);
    expect(predicted.filter(({ sure }) => !sure)).toHaveLength(5);
  });
});

describe('a training set for other readers', () => {
  it('YOLO: a text for each picture, empty for background; classes without a hole', async () => {
    const files = await writtenFiles(yolo, pictures, 'yolo');
    for (const { side, file, classes } of pictures) {
      const [{ id, author }] = classes;
      expect(text(files, `labels/${side}/${file.replace('.jpg', '.txt')}`)).toBe(author === 'unlabelled' ? '' : `${id} 0.5 0.5 0.375 0.5\n`);
      expect(files.has(`images/${side}/${file}`)).toBe(true);
    }
    expect(text(files, 'data.yaml')).toMatch(/^train: images\/train\nval: images\/val\n/);
    const alone = await writtenFiles(yolo, pictures.map((picture) => ({ ...picture, side: 'train' as const })), 'yolo');
    expect(text(alone, 'data.yaml')).toMatch(/^# There are no pictures to validate on.*\ntrain: images\/train\nval: images\/train\nnames:/);
    expect(text(files, 'data.yaml')).toContain('names:\n  0: "bullet train"\n  1: "test tube"\n  2: "crane (class 517)"\n  3: "unused-3"\n  4: "Frau \\"Müller\\" <b>\'s</b> 🐕: v1.2"\n');
  });

  it('WebDataset: shards that tar reads, three files a picture, no dot in a key', async () => {
    const files = await writtenFiles(webDataset, pictures, 'web-dataset');
    expect([...files.keys()]).toEqual(['train-000000.tar', 'val-000000.tar', 'test-000000.tar', 'README.md']);
    const tar = files.get('val-000000.tar');
    const names: string[] = [];
    for (let at = 0; tar && tar[at] !== 0; ) {
      const header = tar.subarray(at, at + 512);
      names.push(header.subarray(0, 100).toString('utf8').replace(/\0+$/, ''));
      const bytes = parseInt(header.subarray(124, 135).toString('latin1'), 8);
      const sum = parseInt(header.subarray(148, 154).toString('latin1'), 8);
      expect(header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0)).toBe(sum);
      at += 512 + Math.ceil(bytes / 512) * 512;
    }
    const wanted = pictures.filter(({ side }) => side === 'val').map(({ file }) => file.replace('.jpg', ''));
    expect(names).toEqual(wanted.flatMap((key) => ['jpg', 'cls', 'json'].map((end) => `${key}.${end}`)));
    for (const name of names) expect(name.split('.')).toHaveLength(2);
  });

  it('Parquet: rows with the very bytes, the class as a number, its names for Hugging Face', async () => {
    const files = await writtenFiles(parquet, pictures, 'parquet');
    expect(under(files, 'data/')).toEqual(['train', 'validation', 'test'].map((side) => `data/${side}-00000-of-00001.parquet`));
    const file = new Uint8Array(files.get('data/train-00000-of-00001.parquet') ?? []).buffer;
    const rows = (await parquetReadObjects({ file, utf8: false })) as { image: { bytes: Uint8Array; path: string }; label: bigint; sure: boolean | null; author: string; frame: bigint }[];
    const wanted = pictures.filter(({ side }) => side === 'train');
    expect(rows).toHaveLength(wanted.length);
    for (const [i, { image, label, author, frame }] of rows.entries()) {
      expect([Number(label), author, Number(frame), image.path]).toEqual([wanted[i].classes[0].id, wanted[i].classes[0].author, wanted[i].frame, wanted[i].file]);
      expect(Buffer.compare(Buffer.from(image.bytes), Buffer.from(await wanted[i].jpeg.arrayBuffer()))).toBe(0);
    }
    const said = parquetMetadata(file).key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
    const { info } = JSON.parse(said ?? '') as { info: { features: { label: { names: string[] } } } };
    expect(info.features.label.names.slice(0, 2)).toEqual(['bullet train', 'test tube']);
  });

  it('CVAT, pictures: boxes with who said so, odd names escaped', async () => {
    const xml = text(await writtenFiles(cvatImages, pictures, 'cvat-images'), 'annotations.xml');
    expect(xml.match(/<image /g)).toHaveLength(pictures.length);
    expect(xml.match(/<box label="test tube" source="manual" occluded="0" xtl="20" ytl="12" xbr="44" ybr="36"/g)).toHaveLength(10);
    expect(xml).toContain('label="Frau &quot;Müller&quot; &lt;b&gt;&apos;s&lt;/b&gt; 🐕: v1.2"');
    expect(xml.match(/<attribute name="author">accepted/g)).toHaveLength(12);
  });

  it('CVAT, film: a track for each span, its box frame by frame', async () => {
    const xml = await textOf(cvatTracks(sourceOf(aimedSession()), { rate: 10, frames: 60 }));
    const tracks = xml.split('<track ').slice(1).map((track) => [...track.matchAll(/<box frame="(\d+)" keyframe="(\d)" outside="(\d)" occluded="0" xtl="([\d.]+)"/g)].map(([, ...found]) => found.map(Number)));
    expect(tracks[0].filter(([, key]) => key === 1)).toEqual([[0, 1, 0, 55], [10, 1, 0, 210], [20, 1, 0, 55]]);
    expect(tracks[0]).toHaveLength(60);
    expect(tracks[1].map(([frame, , outside]) => [frame, outside])).toEqual([[12, 0], [13, 0], [14, 0], [15, 0], [16, 1]]);
  });

  it('Label Studio, pictures: annotations of a person, predictions apart, those that were not sure by themselves', async () => {
    const files = await writtenFiles(labelStudioImages('Zoo', ({ index }) => (index === 466 ? 'bullet train' : undefined)), pictures, 'label-studio-images');
    const tasks = json<{ data: { image: string }; annotations: { result: { origin: string; value: { rectanglelabels: string[] } }[] }[]; predictions: { model_version: string }[] }[]>(files, 'Zoo/tasks.json');
    expect(tasks).toHaveLength(pictures.length);
    for (const [i, { data, annotations, predictions }] of tasks.entries()) {
      const [{ name, author }] = pictures[i].classes;
      expect(files.has(decodeURIComponent(data.image.replace('/data/local-files/?d=', '')))).toBe(true);
      expect(annotations.flatMap(({ result }) => result.map(({ origin, value }) => [origin, ...value.rectanglelabels]))).toEqual(
        author === 'unlabelled' ? [] : [[author === 'accepted' ? 'prediction' : 'manual', name]],
      );
      const { answer } = pictures[i];
      expect(predictions.map(({ model_version }) => model_version)).toEqual(answer ? [answer.sure ? 'network' : 'network (not sure)'] : []);
    }
  });

  it('FiftyOne: shares of the picture', async () => {
    const files = await writtenFiles(fiftyOne, pictures, 'fiftyone');
    const { classes, labels } = json<{ classes: string[]; labels: Record<string, { label: number; bounding_box: number[] }[]> }>(files, 'test/labels.json');
    expect(classes[1]).toBe('test tube');
    const wanted = pictures.filter(({ side }) => side === 'test');
    expect(Object.keys(labels)).toHaveLength(wanted.length);
    expect(labels[wanted[0].file.replace('.jpg', '')]).toMatchObject([{ label: wanted[0].classes[0].id, bounding_box: [0.3125, 0.25, 0.375, 0.5] }]);
  });
});

describe('the card of a training set', () => {
  it('says what is in it, whose labels they are, how it was split, and under which licence', async () => {
    const card = text(await writtenFiles(imageFolder, pictures), 'README.md');
    expect(card).toMatch(/^---\npretty_name: "Zoo & co\."\nlicense: cc-by-4\.0\n/);
    expect(card).toContain('  - split: validation\n    path: val/**\n');
    expect(card).toContain('| 0 | bullet train | 6 | 2 | 2 |');
    expect(card).toContain(`| | all pictures | ${(CLASSES.length - 1) * 6} | ${(CLASSES.length - 1) * 2} | ${(CLASSES.length - 1) * 2} |`);
    expect(card).toContain('- 12 by a person, who accepted the guess of the network');
    expect(card).toContain('at least 2 s apart. 70 % train, 15 % val, 15 % test were asked for. Seed 1.');
    expect(card).toContain('- Left out: 3 too near to another side, 1 picked out by a person, 2 whose frame or snapshot could not be read.');
    expect(card).toContain('Pictures with several labels (7): stand under the one that began last.');
    expect(card).toContain('ResNet-18 (fp32)');
  });
});
