import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { FramePump, type PresentedFrame } from '../camera/frame-pump';
import { bestTransport, grabFrame, type FrameTransport } from '../camera/grab-frame';
import { Fault } from '../../../base/shared/fault';
import type { FrameInput, Recognition, RecogniseOptions } from '../../shared/recogniser';
import type { DeviceConditions, Pace } from '../../shared/duty-control';
import { AnswerWatch } from '../../shared/answer-watch';
import { FrameWatch } from '../../shared/frame-watch';
import { RecognitionScheduler } from '../../shared/scheduler';
import { RateMeter, RecentValues } from '../../../base/shared/statistics';

/** How frames are to be looked at; read anew for each. */
export type LiveWishes = Pick<RecogniseOptions, 'aim' | 'map' | 'features'>;

/** What runs recognitions. */
export interface LiveRecogniser {
  /** Settles when a frame that is captured now would be recognised at once. */
  opened(): Promise<void>;
  /** Runs one recognition; the frame is transferred. */
  recognise(frame: FrameInput, options: RecogniseOptions): Promise<Recognition>;
}

/** Figures of the live run; times in milliseconds, rates a second. */
export interface LiveStatistics {
  readonly displayRate: number;
  readonly recognitionRate: number;
  readonly preprocessMs: number | undefined;
  readonly inferenceMs: number | undefined;
  /** Camera frame to label, the last one and percentiles of the last 120. */
  readonly latencyMs: number | undefined;
  readonly latencyP50: number | undefined;
  readonly latencyP95: number | undefined;
  readonly framesPresented: number;
  readonly framesSkipped: number;
  readonly pace: Pace;
  /** How frames travel to the worker. */
  readonly transport: FrameTransport;
}

/** Sees what the live loop does with each frame that is recognised. */
export interface FrameTap {
  /**
   * The very image that is recognised under a number, before it is transferred: take a clone, or draw it, at once.
   * @param id as in `Recognition.id`
   */
  submitted(id: number, image: FrameInput): void;
  /** The answer, once it is shown. @param latencyMs from the camera's capture to that */
  shown(recognition: Recognition, latencyMs: number): void;
}

/** How often the figures are shown anew, and a source without frames is looked for, milliseconds: more often nobody can read. */
const STATISTICS_INTERVAL = 250;
/** Until a frame that could not be captured is tried again, milliseconds, at least. */
const RETRY_AFTER = 50;
/** Labels in each answer's own list. */
const TOP_COUNT = 5;

/**
 * Runs the loop camera frame -> worker -> label: one inference in flight, the newest frame wins, the rest are skipped and
 * counted. Stands still while the page is hidden, and while paused.
 */
export class LiveRecognition implements ReactiveController {
  recognition: Recognition | undefined;
  statistics: LiveStatistics | undefined;
  /** Whether the network owes an answer for so long that what was recognised last is old. */
  stalled = false;
  /** Camera frame to label of the last answers, milliseconds. */
  readonly latencies = new RecentValues();
  /** Sees each frame that is recognised: a recording. */
  tap: FrameTap | undefined;
  /** Told again and again of whether frames come that are to come. */
  onFlow: ((flowing: boolean) => void) | undefined;
  readonly #scheduler = new RecognitionScheduler();
  readonly #displayRate = new RateMeter();
  readonly #recognitionRate = new RateMeter();
  #transport = bestTransport();
  #pump: FramePump | undefined;
  #watch: FrameWatch | undefined;
  readonly #answers = new AnswerWatch();
  #ticks: ReturnType<typeof setInterval> | undefined;
  #video: HTMLVideoElement | undefined;
  #newest: PresentedFrame | undefined;
  #running = false;
  #silent = false;
  #network: string | undefined;
  /** Whether an image that stands still waits for another network's answer. */
  #owed = false;
  #nextId = 1;
  /** Answers to frames from before the last start are not shown. */
  #firstId = 1;
  /** Of the newest label: figures that are drawn at a frame show it as well. */
  #latencyMs: number | undefined;
  #statisticsAt = 0;
  #nextTake: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly recogniser: () => LiveRecogniser,
    private readonly wishes: () => LiveWishes = () => ({}),
  ) {
    host.addController(this);
  }

  get running(): boolean {
    return this.#running;
  }

  /** What was recognised of what is seen now: undefined before the first answer since the start, after a stop, and where the network owes one. */
  get current(): Recognition | undefined {
    const { recognition } = this;
    return this.#running && !this.stalled && recognition && recognition.id >= this.#firstId ? recognition : undefined;
  }

  /** How hard recognition works at present. */
  get pace(): Pace {
    return this.#scheduler.pace;
  }

  /** False to recognise as often as the device can, whatever becomes of latency, heat and battery. */
  set adaptive(adaptive: boolean) {
    this.#scheduler.adaptive = adaptive;
  }

  /** What the device says of its battery and heat. */
  set conditions(conditions: DeviceConditions) {
    this.#scheduler.conditions = conditions;
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#onVisibility);
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.stop();
  }

  /** Begins with a video element; counts and rates start at zero. */
  start(video: HTMLVideoElement): void {
    this.stop();
    this.#video = video;
    this.#running = true;
    this.#firstId = this.#nextId;
    this.#resetRates();
    this.latencies.reset();
    this.#pump = new FramePump(video, (frame) => this.#onFrame(frame));
    if (document.visibilityState === 'visible') this.#startPump();
    if (this.#owed) this.again();
    this.#owed = false;
    this.host.requestUpdate();
  }

  /** Ends the loop; the last label stays in `recognition` until `clear`. */
  stop(): void {
    this.#stopPump();
    this.#pump = undefined;
    this.#running = false;
    this.#answered(undefined);
    // No frame may wait for an inference that ends after the stop.
    clearTimeout(this.#nextTake);
    this.#scheduler.reset();
    this.host.requestUpdate();
  }

  /** Whether the source gives no images now: what was seen before is not told any more. */
  set silent(silent: boolean) {
    if (silent && (!this.#silent || this.recognition)) this.clear();
    this.#silent = silent;
  }

  /**
   * Which network answers, undefined while none does. What another one said of an image that stands still, which brings no new frame, is not told any
   * more: it is recognised once more, as soon as it can be.
   */
  set network(network: string | undefined) {
    if (network === undefined || network === this.#network) return;
    const first = this.#network === undefined;
    this.#network = network;
    if (first || !this.#newest || !this.#video?.paused) return;
    this.clear();
    if (this.#running) this.again();
    else this.#owed = true;
  }

  /** The wishes are others: an image that stands still, which brings no new frame, is recognised once more. */
  again(): void {
    if (!this.#running || !this.#newest || !this.#video?.paused) return;
    const now = performance.now();
    this.#newest = { capturedAt: now, count: 1 };
    if (this.#scheduler.frame(now)) void this.#submit();
  }

  clear(): void {
    this.recognition = undefined;
    this.statistics = undefined;
    this.#latencyMs = undefined;
    this.#resetRates();
    this.host.requestUpdate();
  }

  #resetRates(): void {
    this.#displayRate.reset();
    this.#recognitionRate.reset();
  }

  #startPump(): void {
    this.#pump?.start();
    this.#watch = new FrameWatch(performance.now());
    clearInterval(this.#ticks);
    this.#ticks = setInterval(() => this.#tick(), STATISTICS_INTERVAL);
  }

  #stopPump(): void {
    this.#pump?.stop();
    clearInterval(this.#ticks);
  }

  /** Where no frame comes the figures fall all the same. */
  #tick(): void {
    if (this.#watch?.silent(performance.now(), this.#video?.paused ?? true)) this.onFlow?.(false);
    this.#tellStalled(this.#answers.overdue(performance.now()));
    this.#showStatistics();
  }

  #tellStalled(stalled: boolean): void {
    if (stalled === this.stalled) return;
    this.stalled = stalled;
    this.host.requestUpdate();
  }

  readonly #onVisibility = (): void => {
    if (!this.#running) return;
    if (document.visibilityState === 'visible') this.#startPump();
    else {
      this.#stopPump();
      clearTimeout(this.#nextTake);
    }
  };

  #onFrame(frame: PresentedFrame): void {
    this.#newest = frame;
    this.#watch?.frame(performance.now());
    this.onFlow?.(true);
    this.#displayRate.add(performance.now(), frame.count);
    if (this.#scheduler.frame(performance.now(), frame.count)) void this.#submit();
    this.#showStatistics();
  }

  async #submit(): Promise<void> {
    clearTimeout(this.#nextTake);
    await this.recogniser().opened();
    const frame = this.#newest;
    const video = this.#running ? this.#video : undefined;
    let shown: { readonly latencyMs: number; readonly begins: boolean } | undefined;
    let captured = false;
    try {
      // Where the element shows no frame at present, as in the midst of a seek, none is captured.
      const image = video && (await grabFrame(video, this.#transport).catch(() => undefined));
      captured = image !== undefined;
      if (frame && image) shown = await this.#run(frame, image);
    } catch (error) {
      // The recogniser's owner shows its faults; a frame that the worker cannot read goes there in another way.
      if (Fault.from(error, 'engine-failed').code === 'frame-unreadable') {
        this.#transport = 'pixels';
        captured = false;
      }
    }
    // Tried again: a paused video has no next frame that would make it good.
    if (!captured) this.#scheduler.putBack();
    const wait = this.#scheduler.finished(performance.now(), shown?.latencyMs, shown?.begins);
    if (wait === undefined || !this.#running) return;
    if (wait === 0 && captured) this.#take();
    else this.#nextTake = setTimeout(() => this.#take(), captured ? wait : Math.max(wait, RETRY_AFTER));
  }

  #take(): void {
    if (this.#running && this.#scheduler.take(performance.now())) void this.#submit();
  }

  /** @returns undefined where nobody waited for the label any more */
  async #run(frame: PresentedFrame, image: FrameInput): Promise<{ readonly latencyMs: number; readonly begins: boolean } | undefined> {
    const id = this.#nextId++;
    this.tap?.submitted(id, image);
    const askedAt = performance.now();
    this.#answers.asked(askedAt);
    let recognition: Recognition | undefined;
    try {
      recognition = await this.recogniser().recognise(image, { id, capturedAt: frame.capturedAt, count: TOP_COUNT, ...this.wishes() });
    } finally {
      if (id >= this.#firstId && this.#running) this.#answered(recognition && performance.now() - askedAt);
    }
    if (id < this.#firstId || !this.#running) return undefined;
    this.recognition = recognition;
    this.host.requestUpdate();
    await this.host.updateComplete;
    const now = performance.now();
    this.#recognitionRate.add(now);
    const latencyMs = now - frame.capturedAt;
    this.latencies.add(latencyMs);
    this.tap?.shown(recognition, latencyMs);
    this.#latencyMs = latencyMs;
    this.#showStatistics();
    return { latencyMs, begins: recognition.sceneChanged };
  }

  #answered(tookMs: number | undefined): void {
    this.#answers.answered(tookMs);
    this.#tellStalled(false);
  }

  #showStatistics(): void {
    const now = performance.now();
    if (now - this.#statisticsAt < STATISTICS_INTERVAL) return;
    this.#statisticsAt = now;
    this.statistics = {
      displayRate: this.#displayRate.rate(now),
      recognitionRate: this.#recognitionRate.rate(now),
      preprocessMs: this.recognition?.preprocessMs,
      inferenceMs: this.recognition?.inferenceMs,
      latencyMs: this.#latencyMs,
      latencyP50: this.latencies.percentile(0.5),
      latencyP95: this.latencies.percentile(0.95),
      framesPresented: this.#scheduler.presented,
      framesSkipped: this.#scheduler.skipped,
      pace: this.#scheduler.pace,
      transport: this.#transport,
    };
    this.host.requestUpdate();
  }
}
