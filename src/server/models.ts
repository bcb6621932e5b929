import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ModelManifest, ModelVariant } from '../base/shared/model';
import { readModelFolder } from './model-index';
import type { Network } from './job';
import { ownModels } from './own-models';
import { Problem } from './problem';
import type { Settings } from './settings';

/** ImageNet-1k's classes. */
export const CLASSES = 1000;

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function networkOf(folder: string, manifest: ModelManifest, variant: ModelVariant): Network {
  return {
    model: manifest.id,
    precision: variant.precision,
    path: join(folder, variant.file),
    preprocessing: manifest.preprocessing,
    selfTest: variant.selfTest,
    classes: CLASSES,
  };
}

/** The models of a folder, by manifests and files that the app has saved, and which of them answers a request. */
export class InstalledModels {
  private constructor(
    private readonly networks: readonly Network[],
    private readonly preferred: Network,
    /** Files of the folder that are no models for the service, each with the reason. */
    readonly passedOver: readonly string[],
  ) {}

  /**
   * Reads a folder's manifests and checks each file against its SHA-256; then the models in it that the app has saved as one file.
   *
   * @param wanted id of the model to prefer, the best one that is there if left out; its precision, the manifest's first if left out; what runs all
   * @throws Error where there is no model, the wanted one is missing, or a file is damaged
   */
  static async read(folder: string, { model, precision, engine }: Partial<Pick<Settings, 'model' | 'precision' | 'engine'>> = {}): Promise<InstalledModels> {
    const { manifests, passedOver: foreign } = readModelFolder(folder);
    const found: Network[] = [];
    for (const manifest of manifests) {
      for (const variant of manifest.variants) {
        const network = networkOf(folder, manifest, variant);
        if ((await sha256(network.path)) !== variant.sha256) {
          throw new Error(`${network.path} is damaged: its SHA-256 is not the one of its manifest. Run npm run model, then npm run build.`);
        }
        found.push(network);
      }
    }
    const taken = { files: new Set(manifests.flatMap(({ variants }) => variants.map(({ file }) => file))), ids: new Set(manifests.map(({ id }) => id)) };
    const own = await ownModels(folder, taken);
    const networks = [...found, ...own.networks];
    const passedOver = [...foreign, ...own.passedOver];
    const why = passedOver.map((words) => ` ${words}`).join('');
    if (networks.length === 0) throw new Error(`There is no model in ${folder}: run npm run build first.${why}`);
    try {
      const installed = new InstalledModels(networks, choose(networks, networks[0], model, precision), passedOver);
      return engine === 'onnxruntime' ? installed.inOnnxruntime() : installed;
    } catch (error) {
      if (error instanceof Problem) throw new Error(`${error.message} (--model and --precision name what runs where a request names nothing.)${why}`, { cause: error });
      throw error;
    }
  }

  /** The same, with nothing left to the native kernels. */
  inOnnxruntime(): InstalledModels {
    const networks = this.networks.map((network): Network => ({ ...network, engine: 'onnxruntime' }));
    return new InstalledModels(networks, networks[this.networks.indexOf(this.preferred)], this.passedOver);
  }

  /** What answers where a request names nothing. */
  get default(): Network {
    return this.preferred;
  }

  get all(): readonly Network[] {
    return this.networks;
  }

  /** @throws Problem `no-such-model`, naming those that are there */
  choose(model: string | undefined, precision: string | undefined): Network {
    return choose(this.networks, this.preferred, model, precision);
  }
}

function choose(networks: readonly Network[], preferred: Network, model: string | undefined, precision: string | undefined): Network {
  const wanted = model ?? preferred.model;
  const ofModel = networks.filter((network) => network.model === wanted);
  if (ofModel.length === 0) {
    const names = [...new Set(networks.map((network) => network.model))].join(', ');
    throw new Problem('no-such-model', `There is no model "${wanted}" here: ${names}.`);
  }
  if (precision === undefined) return ofModel.includes(preferred) ? preferred : ofModel[0];
  const found = ofModel.find((network) => network.precision === precision);
  if (!found) {
    throw new Problem('no-such-model', `${wanted} is not here in "${precision}": ${ofModel.map((network) => network.precision).join(', ')}.`);
  }
  return found;
}
