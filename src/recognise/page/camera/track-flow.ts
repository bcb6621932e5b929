import { Fault } from '../../../base/shared/fault';

/** Whether the images of a camera's or a screen's track come: the system can mute it, and its frames can stop without a word. */
export class TrackFlow {
  /** Whether the system or another program keeps the images back: what comes then is black, if anything. */
  muted = false;
  #still = false;

  /** @param onChange called when images stop coming, and when they come again */
  constructor(
    private readonly track: MediaStreamTrack,
    private readonly kind: 'camera' | 'screen',
    private readonly onChange: () => void,
  ) {
    track.addEventListener('mute', this.#onMute);
    track.addEventListener('unmute', this.#onMute);
  }

  /** What there is to say, undefined where images come. */
  get fault(): Fault | undefined {
    if (!this.silent) return undefined;
    const detail = this.muted ? 'The track is muted.' : 'The track gives no frames.';
    return new Fault(this.kind === 'camera' ? 'camera-silent' : 'screen-silent', detail);
  }

  get silent(): boolean {
    // A screen on which nothing moves gives no frames either.
    return this.muted || (this.#still && this.kind === 'camera');
  }

  /** Whether frames come, as whoever shows them sees it. */
  set flowing(flowing: boolean) {
    if (this.#still === !flowing) return;
    this.#still = !flowing;
    this.onChange();
  }

  /** Listens no longer. */
  end(): void {
    this.track.removeEventListener('mute', this.#onMute);
    this.track.removeEventListener('unmute', this.#onMute);
  }

  readonly #onMute = ({ type }: Event): void => {
    this.muted = type === 'mute';
    this.#still = false;
    this.onChange();
  };
}
