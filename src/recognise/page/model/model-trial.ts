import type { LoadProgress, ModelManifest } from '../../../base/shared/model';
import type { WorkerFactory } from '../../../base/page/worker-link';
import { changedManifest, changedOrigins, type DraftChange, type ModelDraft } from '../../shared/model-draft';
import { freeName, namedFor } from '../../shared/model-names';
import type { Origins } from '../../shared/model-origins';
import type { FrameInput, LoadedModel, Recognition } from '../../shared/recogniser';
import { faultOfFile } from './fault-of-file';
import type { CatalogueEntry } from './model-catalogue';
import { RecogniserClient } from './recogniser-client';

/** So long a file may take to be started and to answer once, milliseconds, and so much more for each MB of it. */
const START_MS = 8_000;
const PER_MB_MS = 150;
/** One picture afterwards. */
const ANSWER_MS = 8_000;

/**
 * A model file in a worker of its own, which is tried there before it is kept or takes the place of what runs. A file that hangs,
 * or takes all memory, ends with its worker.
 */
export class ModelTrial {
  manifest: ModelManifest;
  /** Where what is set now comes from. */
  origins: Origins;
  /** Lists of class names that a person gave, the newest first: another output may have been tried meanwhile. */
  #given: readonly (readonly string[])[] = [];

  private constructor(
    private readonly client: RecogniserClient,
    readonly draft: ModelDraft,
    public loaded: LoadedModel,
    /** Names of all other models. */
    readonly taken: readonly string[],
  ) {
    this.manifest = { ...loaded.manifest, name: freeName(loaded.manifest.name, taken) };
    const tried = this.manifest.preprocessing.crop !== draft.manifest.preprocessing.crop;
    this.origins = tried ? { ...draft.origins, size: 'tried' } : draft.origins;
  }

  /**
   * Looks at a file, and runs it once.
   * @param files one model, and what lies beside it
   * @param known all models that can be chosen: it is called like none of the others
   * @throws Fault `model-invalid` with the reason where it cannot be used, `model-download` where what tries it could not be fetched
   */
  static open(spawn: WorkerFactory, files: readonly File[], known: readonly CatalogueEntry[], onProgress: (progress: LoadProgress) => void): Promise<ModelTrial> {
    const bytes = files.reduce((most, { size }) => Math.max(most, size), 0);
    return ModelTrial.#begin(spawn, bytes, known, (client) => client.inspect(files, onProgress), onProgress);
  }

  /**
   * Looks at a kept model once more, to be corrected.
   * @param known all models that can be chosen
   * @throws Fault `model-invalid` where it does not run any more
   */
  static reopen(spawn: WorkerFactory, { manifest, location }: CatalogueEntry, known: readonly CatalogueEntry[], onProgress: (progress: LoadProgress) => void): Promise<ModelTrial> {
    const file = location.kind === 'memory' ? location.file : undefined;
    return ModelTrial.#begin(spawn, manifest.variants[0].bytes, known, (client) => client.reopen(manifest, file), onProgress);
  }

  static async #begin(
    spawn: WorkerFactory,
    bytes: number,
    known: readonly CatalogueEntry[],
    look: (client: RecogniserClient) => Promise<ModelDraft>,
    onProgress: (progress: LoadProgress) => void,
  ): Promise<ModelTrial> {
    const load = START_MS + (bytes / 1e6) * PER_MB_MS;
    const { client } = await RecogniserClient.start(spawn, { start: 20_000, load, recognise: ANSWER_MS });
    try {
      const draft = await look(client);
      const loaded = await loadAsItIs(client, draft, onProgress);
      const others = known.filter(({ manifest }) => manifest.id !== draft.manifest.id);
      return new ModelTrial(client, draft, loaded, others.map(({ manifest }) => manifest.name));
    } catch (error) {
      client.dispose();
      throw faultOfFile(error);
    }
  }

  /**
   * Runs the file in another way.
   * @throws Fault `model-invalid` where it does not run so; it is then as it was before, unless its worker ended
   */
  async change(change: DraftChange): Promise<void> {
    const manifest = changedManifest(this.manifest, change);
    if (Object.keys(change).every((key) => key === 'name' || key === 'licence')) {
      this.manifest = manifest;
      return;
    }
    try {
      if (change.classNames) this.#given = [change.classNames, ...this.#given];
      this.loaded = await loadDraft(this.client, manifest, this.#lists, () => undefined);
      this.manifest = this.loaded.manifest;
      this.origins = changedOrigins(this.origins, change);
    } catch (error) {
      if (!this.client.dead) await loadDraft(this.client, this.manifest, this.#lists, () => undefined).catch(() => undefined);
      throw faultOfFile(error);
    }
  }

  get #lists(): readonly (readonly string[])[] {
    return [...this.#given, ...this.draft.lists];
  }

  /** @param frame is transferred whatever happens */
  async recognise(frame: FrameInput, count: number): Promise<Recognition> {
    try {
      return await this.client.recognise(frame, { id: 0, capturedAt: performance.now(), count, live: false });
    } catch (error) {
      throw faultOfFile(error);
    }
  }

  /**
   * Keeps the file on this device as it is set now, in memory where the browser keeps none, and ends its worker.
   * @returns what can be chosen then
   * @throws Fault `storage-failed` where there is no room
   */
  async keep(): Promise<CatalogueEntry> {
    const { manifest, file } = await this.client.keep(this.manifest);
    this.dispose();
    return { manifest, location: file ? { kind: 'memory', file } : { kind: 'device' } };
  }

  dispose(): void {
    this.client.dispose();
  }
}

/** Sides of a picture, pixels, that networks are made for whose file leaves them open and that run with no other. */
const OTHER_SIZES = [256, 384, 299, 192, 160, 128, 96, 64] as const;

/** Starts a file; where it does not say how large a picture is, and what is usual does not run, with other sizes. */
async function loadAsItIs(client: RecogniserClient, draft: ModelDraft, onProgress: (progress: LoadProgress) => void): Promise<LoadedModel> {
  const { manifest, open, origins, lists } = draft;
  try {
    return await loadDraft(client, manifest, lists, onProgress);
  } catch (error) {
    if (!open.size || origins.size !== 'assumed') throw error;
    for (const crop of OTHER_SIZES) {
      if (client.dead) break;
      const preprocessing = { crop, resize: Math.round((crop / manifest.preprocessing.crop) * manifest.preprocessing.resize) };
      const loaded = await loadDraft(client, changedManifest(manifest, { preprocessing }), lists, onProgress).catch(() => undefined);
      if (loaded) return loaded;
    }
    throw error;
  }
}

/** Runs a file, called by names that fit what it gives: another output has other classes, and of some only a run tells how many. */
async function loadDraft(client: RecogniserClient, manifest: ModelManifest, lists: readonly (readonly string[])[], onProgress: (progress: LoadProgress) => void): Promise<LoadedModel> {
  const [{ precision }] = manifest.variants;
  const load = (as: ModelManifest): Promise<LoadedModel> => client.load({ manifest: as, precision, location: { kind: 'draft' }, engine: 'ort', threads: 1 }, onProgress);
  const loaded = await load(manifest);
  const named = namedFor(manifest, loaded.classes, lists);
  return named === manifest ? loaded : await load(named);
}
