import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ownModelOf } from '../base/shared/own-model';
import { decodeModel, describeClassifier, precisionOf } from '../engine/index';
import type { Network } from './job';
import { messageOf } from './problem';

/** What a folder has of models that the app has saved, and files that are no such models, each with the reason. */
export interface OwnModels {
  readonly networks: readonly Network[];
  readonly passedOver: readonly string[];
}

async function ownNetwork(path: string): Promise<Network> {
  const decoded = decodeModel(await readFile(path));
  const description = describeClassifier(decoded);
  const own = ownModelOf(description);
  if (!own) throw new Error('it does not say how it is fed and read. Open it in the app, and save it from there (Models, the arrow beside it).');
  const { ports, preprocessing, classNames } = own;
  if (ports.answers === 'features') throw new Error('it gives features alone and names nothing.');
  const classes = classNames?.length ?? description.outputs.find(({ name }) => name === ports.scores)?.classes;
  return { model: basename(path, '.onnx'), precision: precisionOf(decoded), path, preprocessing, selfTest: undefined, own: ports, ...(classes === undefined ? {} : { classes }) };
}

/**
 * Reads the models in a folder that the app has saved as one file each (see base/shared/own-model.ts).
 * @param taken names of files that belong to manifests, and ids that manifests have
 */
export async function ownModels(folder: string, taken: { readonly files: ReadonlySet<string>; readonly ids: ReadonlySet<string> }): Promise<OwnModels> {
  const networks: Network[] = [];
  const passedOver: string[] = [];
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.onnx') && !taken.files.has(each)).sort()) {
    try {
      const network = await ownNetwork(join(folder, name));
      if (taken.ids.has(network.model)) throw new Error('another model goes by that name: call the file otherwise.');
      networks.push(network);
    } catch (error) {
      passedOver.push(`${name} was passed over: ${messageOf(error)}`);
    }
  }
  return { networks, passedOver };
}
