import { Fault } from '../../base/shared/fault';
import { sameNetwork, type FeatureModel } from '../../recognise/shared/index';
import { nameKey } from '../../base/shared/labels/label-ref';
import {
  MOST_CLASSES,
  MOST_EXAMPLES,
  readClassesFile,
  ClassesFileError,
  writeClassesFile,
  type FileExample,
  type ClassesFile,
} from '../shared/classes-file';
import { withoutClass, type StoredExample, type StoredClass } from './stored-records';

/** A larger file is none of ours: 1000 classes of 30 examples with images have 300 MB. */
const MOST_BYTES = 512 * 2 ** 20;

/** @throws Fault `things-model` where no example is of this network */
export async function exportClasses(
  classes: readonly StoredClass[],
  examples: readonly StoredExample[],
  model: FeatureModel,
  images: boolean,
): Promise<Blob> {
  const usable = examples.filter((e) => sameNetwork(e.model, model));
  if (usable.length === 0) {
    throw new Fault('things-model', `None of the ${examples.length} examples was seen by ${model.name} ${model.precision}.`);
  }
  const fileClasses = await Promise.all(
    [...classes].sort((a, b) => a.createdAt - b.createdAt).map(async ({ id, name, other }) => ({
      name,
      other,
      examples: await Promise.all(
        usable.filter((e) => e.thingId === id).map(async ({ id: own, group, addedAt, source, square, features, picture: image }): Promise<FileExample> => ({
          id: own, group, addedAt, source, features,
          ...(square && { square }),
          ...(images && image ? { picture: new Uint8Array(await image.arrayBuffer()) } : {}),
        })),
      ),
    })),
  );
  const json = writeClassesFile({ model: usable[0].model, things: fileClasses.filter((t) => t.examples.length > 0) });
  return new Blob([json], { type: 'application/json' });
}

/** What holds more could be exported, and not be imported again. @throws Fault `things-full` */
export function refuseTooMany(name: string, examples: number): void {
  if (examples > MOST_EXAMPLES) throw new Fault('things-full', `${name} would have ${examples} examples; a thing has room for ${MOST_EXAMPLES}.`);
}

async function readFile(file: Blob): Promise<ClassesFile> {
  if (file.size > MOST_BYTES) throw new Fault('things-file', `The file has ${Math.round(file.size / 2 ** 20)} MiB; files of things are smaller.`);
  try {
    return readClassesFile(await file.text());
  } catch (error) {
    if (error instanceof ClassesFileError) throw new Fault('things-file', error.message, { cause: error });
    throw error;
  }
}

/**
 * What has to be stored to take a file in: classes of a name that is there already get its examples, examples that are there
 * already are left out. Examples whose class is not there come anew, with the file's class.
 * @throws Fault `things-file`, `things-model` or `things-full`
 */
export async function importClasses(
  file: Blob,
  model: FeatureModel,
  classes: readonly StoredClass[],
  examples: readonly StoredExample[],
): Promise<{ classes: StoredClass[]; examples: StoredExample[] }> {
  const read = await readFile(file);
  const all = read.things.flatMap((t) => t.examples);
  if (!sameNetwork(read.model, model) && !all.every((e) => e.picture)) {
    const theirs = `${read.model.name} ${read.model.precision}`;
    throw new Fault('things-model', `The file's examples were seen by ${theirs}${theirs === `${model.name} ${model.precision}` ? ' with other weights' : ''}, and some have no picture.`);
  }
  const unseen = new Set(withoutClass(examples, classes));
  const known = new Set(examples.filter((e) => !unseen.has(e)).map((e) => e.id));
  const made: StoredClass[] = [];
  const added: StoredExample[] = [];
  for (const [i, { name, other, examples: own }] of read.things.entries()) {
    const same = (t: StoredClass): boolean => (other ? t.other : !t.other && nameKey(t.name) === nameKey(name));
    let taughtClass = classes.find(same) ?? made.find(same);
    if (!taughtClass) {
      taughtClass = { id: crypto.randomUUID(), name, other, createdAt: Date.now() + i };
      made.push(taughtClass);
    }
    for (const { id, group, addedAt, source, square, features, picture: image } of own) {
      if (known.has(id)) continue;
      known.add(id);
      const blob = image ? new Blob([image], { type: 'image/jpeg' }) : undefined;
      added.push({ id, thingId: taughtClass.id, group, addedAt, source, ...(square && { square }), model: read.model, features, picture: blob });
    }
  }
  for (const { id, name } of [...classes, ...made]) {
    const own = (list: readonly StoredExample[]): number => list.filter((e) => e.thingId === id).length;
    if (own(added) > 0) refuseTooMany(name, own(examples) + own(added));
  }
  const count = classes.length + made.length;
  if (count > MOST_CLASSES) throw new Fault('things-full', `With the file's there would be ${count} things; there is room for ${MOST_CLASSES}.`);
  return { classes: made, examples: added };
}
