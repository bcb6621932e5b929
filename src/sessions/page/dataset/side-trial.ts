import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Fault } from '../../../base/shared/fault';
import type { RecogniserController } from '../../../recognise/page/index';
import { classOfAnswer, SideAccuracy, type Share } from '../../shared/dataset/accuracy';
import type { DatasetClass, DatasetDefinition, Side } from '../../shared/dataset/dataset';
import { labelOfPrediction } from '../../shared/predicted-label';
import type { SidePicture } from '../../shared/session-export';
import type { SessionTransfer, Transfer } from '../library/session-transfer';

/** Answers among which the network's own is searched: taught things may stand before it. */
const ANSWERS = 20;

/** What a network made of the pictures of one side. */
export interface SideResult {
  /** Its name and precision. */
  readonly model: string;
  /** Undefined where the side has no picture. */
  readonly all: Share | undefined;
  readonly classes: readonly (Share & Pick<DatasetClass, 'name'>)[];
}

type Recogniser = Pick<RecogniserController, 'loaded' | 'recognise'>;

const modelOf = ({ loaded }: Recogniser): string | undefined => loaded && `${loaded.manifest.name} ${loaded.precision}`;

/** Has the network that runs name the pictures of one side of a training set, each as it is exported, and counts what it names rightly. */
export class SideTrial implements ReactiveController {
  #job: Transfer<void> | undefined;
  progress: number | undefined;
  fault: Fault | undefined;
  result: SideResult | undefined;
  /** Whether it was given up, as another model was chosen meanwhile. */
  otherModel = false;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly recogniser: () => Recogniser,
    private readonly bitmapOf: (jpeg: Blob) => Promise<ImageBitmap> = (jpeg) => createImageBitmap(jpeg, { colorSpaceConversion: 'none' }),
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.clear();
  }

  /** Forgets what was found, and ends what runs. */
  clear(): void {
    this.#job?.cancel();
    this.#job = this.progress = this.fault = this.result = undefined;
    this.otherModel = false;
    this.host.requestUpdate();
  }

  async measure(definition: DatasetDefinition, side: Side, transfer: Pick<SessionTransfer, 'sidePictures'>): Promise<void> {
    this.clear();
    const model = modelOf(this.recogniser());
    if (model === undefined) return;
    this.progress = 0;
    const counted = new SideAccuracy();
    let classes: readonly DatasetClass[] = [];
    const job = transfer.sidePictures(definition, side, async (picture) => {
      const said = await this.#said(picture);
      if (job !== this.#job) return;
      if (modelOf(this.recogniser()) !== model) {
        this.clear();
        this.otherModel = true;
        return;
      }
      counted.add(picture.classIds, said);
      ({ classes } = picture);
      this.progress = picture.done;
      this.host.requestUpdate();
    });
    this.#job = job;
    try {
      await job.result;
      if (job !== this.#job) return;
      const nameOf = (id: number): string => classes.find((one) => one.id === id)?.name ?? String(id);
      this.result = { model, all: counted.all, classes: [...counted.classes].map(([id, share]) => ({ ...share, name: nameOf(id) })) };
    } catch (error) {
      if (job !== this.#job) return;
      this.fault = Fault.from(error, 'export-failed');
    }
    this.progress = undefined;
    this.host.requestUpdate();
  }

  /** The class that the network itself names first. */
  async #said({ jpeg, classes }: SidePicture): Promise<number | undefined> {
    const recogniser = this.recogniser();
    const { top } = await recogniser.recognise(await this.bitmapOf(jpeg), { id: 0, capturedAt: performance.now(), count: ANSWERS, live: false });
    const first = top.find(({ name, ofNetwork }) => name === undefined || ofNetwork);
    return first && classOfAnswer(classes, labelOfPrediction(first, recogniser.loaded?.manifest.name))?.id;
  }
}
