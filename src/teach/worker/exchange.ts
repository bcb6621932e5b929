import { Fault } from '../../base/shared/fault';
import { sameNetwork, type FeatureModel } from '../../recognise/shared/index';
import {
  readThingsFile,
  ThingsFileError,
  writeThingsFile,
  type FileExample,
  type ThingsFile,
} from '../shared/classes-file';
import type { StoredExample, StoredThing } from './class-store';

/** A larger file is none of ours: 100 things of 500 examples with pictures are kept by nobody. */
const MOST_BYTES = 512 * 2 ** 20;

/** @throws Fault `things-model` where no example is of this network */
export async function exportThings(
  things: readonly StoredThing[],
  examples: readonly StoredExample[],
  model: FeatureModel,
  pictures: boolean,
): Promise<Blob> {
  const usable = examples.filter((e) => sameNetwork(e.model, model));
  if (usable.length === 0) {
    throw new Fault('things-model', `None of the ${examples.length} examples was seen by ${model.name} ${model.precision}.`);
  }
  const fileThings = await Promise.all(
    [...things].sort((a, b) => a.createdAt - b.createdAt).map(async ({ id, name, other }) => ({
      name,
      other,
      examples: await Promise.all(
        usable.filter((e) => e.thingId === id).map(async ({ id: own, group, addedAt, source, features, picture }): Promise<FileExample> => ({
          id: own, group, addedAt, source, features,
          ...(pictures && picture ? { picture: new Uint8Array(await picture.arrayBuffer()) } : {}),
        })),
      ),
    })),
  );
  const json = writeThingsFile({ model: usable[0].model, things: fileThings.filter((t) => t.examples.length > 0) });
  return new Blob([json], { type: 'application/json' });
}

async function readFile(file: Blob): Promise<ThingsFile> {
  if (file.size > MOST_BYTES) throw new Fault('things-file', `The file has ${Math.round(file.size / 2 ** 20)} MiB; files of things are smaller.`);
  try {
    return readThingsFile(await file.text());
  } catch (error) {
    if (error instanceof ThingsFileError) throw new Fault('things-file', error.message, { cause: error });
    throw error;
  }
}

/**
 * What has to be stored to take a file in: things of a name that is there already get its examples, examples that are there
 * already are left out.
 * @throws Fault `things-file` or `things-model`
 */
export async function importThings(
  file: Blob,
  model: FeatureModel,
  things: readonly StoredThing[],
  examples: readonly StoredExample[],
): Promise<{ things: StoredThing[]; examples: StoredExample[] }> {
  const read = await readFile(file);
  const all = read.things.flatMap((t) => t.examples);
  if (!sameNetwork(read.model, model) && !all.every((e) => e.picture)) {
    const theirs = `${read.model.name} ${read.model.precision}`;
    throw new Fault('things-model', `The file's examples were seen by ${theirs}${theirs === `${model.name} ${model.precision}` ? ' with other weights' : ''}, and some have no picture.`);
  }
  const known = new Set(examples.map((e) => e.id));
  const made: StoredThing[] = [];
  const added: StoredExample[] = [];
  for (const [i, { name, other, examples: own }] of read.things.entries()) {
    const same = (t: StoredThing): boolean => (other ? t.other : !t.other && t.name.toLowerCase() === name.toLowerCase());
    let thing = things.find(same) ?? made.find(same);
    if (!thing) {
      thing = { id: crypto.randomUUID(), name, other, createdAt: Date.now() + i };
      made.push(thing);
    }
    for (const { id, group, addedAt, source, features, picture } of own) {
      if (known.has(id)) continue;
      known.add(id);
      const blob = picture ? new Blob([picture], { type: 'image/jpeg' }) : undefined;
      added.push({ id, thingId: thing.id, group, addedAt, source, model: read.model, features, picture: blob });
    }
  }
  return { things: made, examples: added };
}
