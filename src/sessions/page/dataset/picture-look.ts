import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Fault } from '../../../base/shared/fault';
import { labelKey } from '../../../base/shared/labels/label-ref';
import type { RecogniserController } from '../../../recognise/page/index';
import type { Recognition } from '../../../recognise/shared/index';
import type { DatasetClass, DatasetDefinition } from '../../shared/dataset/dataset';
import { labelOfPrediction } from '../../shared/predicted-label';
import { FeatureSums, foldPictures, type SeenFold, type SeenPicture } from '../../shared/dataset/look-through';
import { unit } from '../../../base/shared/vectors';
import type { PicturePart, TakenPicture } from '../../shared/session-export';
import type { SessionTransfer, Transfer } from '../library/session-transfer';

/** Answers of the network that are searched for the picture's own class. */
const ANSWERS = 20;

/** Takes the pictures of a training set out of the films and has the network look at each: what the grid of them shows. */
export class PictureLook implements ReactiveController {
  #job: Transfer<void> | undefined;
  #progress: number | undefined;
  #fault: Fault | undefined;
  #folds: ReadonlyMap<number, readonly SeenFold[]> | undefined;
  #classes: readonly DatasetClass[] = [];
  #part: PicturePart | undefined;
  #sums = new FeatureSums();
  #featured = false;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly recogniser: () => Pick<RecogniserController, 'loaded' | 'recognise' | 'state'>,
  ) {
    host.addController(this);
  }

  /** 0..1 while pictures are taken. */
  get progress(): number | undefined {
    return this.#progress;
  }

  get fault(): Fault | undefined {
    return this.#fault;
  }

  /** By class, once all were looked at. */
  get folds(): ReadonlyMap<number, readonly SeenFold[]> | undefined {
    return this.#folds;
  }

  /** Classes that the folds' numbers are of. */
  get classes(): readonly DatasetClass[] {
    return this.#classes;
  }

  /** Which pictures of all were looked at. */
  get part(): PicturePart | undefined {
    return this.#part;
  }

  /** Whether the network gave features, by which near-copies are told. */
  get featured(): boolean {
    return this.#featured;
  }

  hostDisconnected(): void {
    this.clear();
  }

  /** Forgets the pictures, and ends what runs. */
  clear(): void {
    this.#job?.cancel();
    this.#job = undefined;
    this.#folds = this.#fault = this.#progress = this.#part = undefined;
    this.host.requestUpdate();
  }

  /** @param from number of the first picture; from 0 on all is looked at anew, else what was seen before tells what is sure as well */
  async look(definition: DatasetDefinition, transfer: SessionTransfer, from = 0): Promise<void> {
    const sums = from === 0 ? new FeatureSums() : this.#sums;
    this.clear();
    this.#sums = sums;
    this.#progress = 0;
    const seen: SeenPicture[] = [];
    const job = transfer.lookThrough(definition, from, async (taken) => {
      const pictures = await this.#seen(taken);
      if (job !== this.#job) return;
      seen.push(...pictures);
      this.#classes = taken.classes;
      this.#part = taken.part;
      this.#progress = taken.done;
      this.host.requestUpdate();
    });
    this.#job = job;
    try {
      await job.result;
      if (job !== this.#job) return;
      this.#featured = seen.some(({ features }) => features !== undefined);
      this.#folds = foldPictures(seen, sums);
    } catch (error) {
      if (job !== this.#job) return;
      this.#fault = Fault.from(error, 'export-failed');
    }
    this.#progress = undefined;
    this.host.requestUpdate();
  }

  /** A picture under each of its classes. */
  async #seen({ key, sessionId, name, timeUs, classIds, thumbnail, classes }: TakenPicture): Promise<SeenPicture[]> {
    const { features, top } = await this.#recognised(thumbnail);
    const model = this.recogniser().loaded?.manifest.name;
    return classIds.map((classId) => {
      const from = new Set(classes.find(({ id }) => id === classId)?.from);
      const probability = top.find((answer) => from.has(labelKey(labelOfPrediction(answer, model))))?.probability ?? 0;
      return { key, sessionId, ...(name !== undefined && { name }), timeUs, classId, probability, features: features && unit(features), thumbnail };
    });
  }

  async #recognised(image: Blob): Promise<Pick<Recognition, 'top'> & Partial<Pick<Recognition, 'features'>>> {
    const recogniser = this.recogniser();
    // Without a network they are looked through all the same.
    if (recogniser.state !== 'ready') return { top: [] };
    const frame = await createImageBitmap(image, { colorSpaceConversion: 'none' });
    const aim = { x: 0.5, y: 0.5, side: 1 };
    return recogniser.recognise(frame, { id: 0, capturedAt: performance.now(), count: ANSWERS, features: true, live: false, aim }).catch(() => ({ top: [] }));
  }
}
