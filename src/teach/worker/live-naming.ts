import type { EngineOutput, Prediction } from '../../engine/index';
import { TEACH_CHANNEL, type LiveClasses, type TeachChange } from '../shared/teach';
import { askHead, joinDistributions } from '../shared/head';
import {
  sameNetwork, type ExtraClasses, type ExtraClassesSource, type FeatureModel,
} from '../../recognise/shared/index';

/** Follows what recognisers are to name: as it was kept, then as the teaching worker tells. */
export class LiveClassesFollower implements ExtraClassesSource {
  #live: LiveClasses | undefined;
  #told = false;

  /** @param read what was kept; asked once */
  constructor(read: () => Promise<LiveClasses | undefined>, channel: BroadcastChannel = new BroadcastChannel(TEACH_CHANNEL)) {
    channel.addEventListener('message', ({ data }: MessageEvent<TeachChange>) => {
      if (data.kind !== 'live') return;
      this.#told = true;
      this.#live = data.live;
    });
    void read().then(
      (live) => {
        if (!this.#told) this.#live = live;
      },
      // Nothing can be read: then nothing is named.
      () => undefined,
    );
  }

  get live(): LiveClasses | undefined {
    return this.#live;
  }

  for(model: FeatureModel | undefined): ExtraClasses | undefined {
    return namingFor(this.#live, model);
  }
}

/** @returns undefined where there is nothing to name for this network */
export function namingFor(live: LiveClasses | undefined, model: FeatureModel | undefined): ExtraClasses | undefined {
  return live && model && sameNetwork(live.model, model) ? new LiveNaming(live) : undefined;
}

/** Names taught classes in what one loaded network sees. */
class LiveNaming implements ExtraClasses {
  #distribution = new Float32Array(0);

  constructor(readonly live: LiveClasses) {}

  get count(): number {
    return this.live.head.things;
  }

  /**
   * @param labels probabilities of the network's own labels, shape [1000]
   * @returns those with the classes behind them, shape [1000 + classes]; overwritten by the next call
   */
  join(labels: Float32Array, output: EngineOutput): Float32Array {
    const { head } = this.live;
    const length = labels.length + head.things;
    if (this.#distribution.length !== length) this.#distribution = new Float32Array(length);
    if (!output.features) {
      this.#distribution.set(labels);
      this.#distribution.fill(0, labels.length);
    } else {
      joinDistributions(labels, askHead(head, output.features).shares, this.#distribution);
    }
    return this.#distribution;
  }

  /** Puts the classes' names to predictions of them. @param labels how many labels the network has itself */
  name(predictions: readonly Prediction[], labels: number): Prediction[] {
    return predictions.map((p) => (p.index < labels ? p : { ...p, name: this.live.head.names[p.index - labels] }));
  }
}
