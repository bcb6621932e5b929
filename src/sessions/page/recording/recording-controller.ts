import type { ReactiveControllerHost } from 'lit';
import { Fault } from '../../../base/shared/fault';
import type { RecordingEvent, RecordingStatus } from '../../shared/recorder';
import type { HumanSpan } from '../../shared/session';
import type { LabelRef } from '../../../base/shared/labels/label-ref';
import { shortcomingOf } from '../../../recognise/shared/index';
import { LabelQuality } from '../../shared/label-quality';
import { HOLD_MS, SpanHolder } from '../../shared/span-holder';
import { downloadSession } from './download-session';
import { Recording, type RecordingOptions, type RunningRecording } from './recording';
import { RecordingKeeping } from './recording-keeping';
import { endNotice, type RecordingNotice } from './recording-outcome';
import { within } from '../../../base/shared/within';
import type { LabelBook } from '../label-book';
import type { SessionStore } from '../library/session-store';
import type { CameraController, LiveRecognition, RecogniserController, VideoFile } from '../../../recognise/page/index';
import { SharedController } from '../../../base/page/shared-controller';

export type RecordingState = 'off' | 'starting' | 'recording' | 'ending';

/** Why a recording stands still. */
export type RecordingHalt = 'person' | 'camera' | 'hidden';

/** What the recording needs of the app. */
export interface RecordingSources {
  readonly camera: CameraController;
  readonly recogniser: RecogniserController;
  readonly live: LiveRecognition;
  readonly video: HTMLVideoElement;
  /** Whether the live view names the label that it shows. */
  readonly sure: () => boolean;
  readonly store: SessionStore;
  readonly book: LabelBook;
}

/** What begins a recording, and hands over one that cannot be kept. */
const PARTS = { begin: (options: RecordingOptions): Promise<RunningRecording> => Recording.begin(options), download: downloadSession };

/** Held spans are written so often, milliseconds, so that a crash keeps them. */
const HELD_SPANS_MS = 1000;
/** How long what a broken recorder left is looked for, milliseconds: a device that gives no answer has none. */
const RECOVER_MS = 10_000;

/** Owns the recording: at most one; what it is told by the camera, the page and the person. */
export class RecordingController extends SharedController {
  state: RecordingState = 'off';
  status: RecordingStatus | undefined;
  /** `memory` where the browser cannot keep files: they are handed over at the end. */
  keptIn: 'device' | 'memory' = 'device';
  notice: RecordingNotice | undefined;
  readonly keeping = new RecordingKeeping(() => this.changed());
  /** How much of each label the recording has. */
  quality = new LabelQuality();
  /** Grows with each snapshot that was kept. */
  snapshots = 0;
  /** The label of the last snapshot. */
  lastSnapshot: LabelRef | undefined;
  readonly #holder = new SpanHolder(() => crypto.randomUUID());
  readonly #halts = new Set<RecordingHalt>();
  #recording: RunningRecording | undefined;
  #source: MediaStream | VideoFile | undefined;
  #name = '';
  #heldAt = 0;
  /** Where the video began, or went on after it last stood still, microseconds. */
  #wentOnUs = 0;
  #connected = false;

  constructor(
    owner: ReactiveControllerHost,
    private readonly sources: () => RecordingSources,
    private readonly parts = PARTS,
  ) {
    super(owner);
  }

  /** Name of the network that recognises at present. */
  get modelName(): string | undefined {
    return this.sources().recogniser.loaded?.manifest.name;
  }

  /** Why it stands still; undefined while it records. */
  get halt(): RecordingHalt | undefined {
    return [...this.#halts].at(-1);
  }

  /** Length of the video, microseconds. */
  get nowUs(): number {
    return this.#recording?.nowUs ?? 0;
  }

  /** Labels that are held at present. */
  get held(): readonly LabelRef[] {
    return this.#holder.held(performance.now());
  }

  hostConnected(): void {
    this.#connected = true;
    document.addEventListener('visibilitychange', this.#onSight);
  }

  override hostDisconnected(): void {
    this.#connected = false;
    document.removeEventListener('visibilitychange', this.#onSight);
    void this.stop();
  }

  /** Called before each update of the owner, so also when the camera or the shown view changes. */
  hostUpdate(): void {
    if (this.state === 'recording') this.#followCamera();
  }

  /** Makes sessions whole that were broken off, and tells of them; never throws. */
  async recover(): Promise<void> {
    try {
      const sessions = await this.sources().store.recover();
      if (sessions.length > 0) this.notice = { kind: 'recovered', sessions };
    } catch (error) {
      this.notice = { kind: 'fault', fault: Fault.from(error, 'storage-failed') };
    }
    this.changed();
  }

  /** Never throws: the result is `state` and `notice`. */
  async start(name: string): Promise<void> {
    if (this.state !== 'off') return;
    this.notice = undefined;
    this.status = undefined;
    this.#halts.clear();
    this.#wentOnUs = 0;
    this.quality = new LabelQuality();
    this.#set('starting');
    const { video, camera, recogniser, sure } = this.sources();
    this.#name = name;
    void this.keeping.ask();
    try {
      const recording = await this.parts.begin({
        video,
        name,
        onEvent: (event) => this.#onEvent(event),
        onDeath: (fault) => this.#onDeath(fault),
        model: () => recogniser.loaded,
        sure,
        onSeen: ({ quality, features }) => this.quality.seen(this.held, this.nowUs, shortcomingOf(quality), features),
      });
      this.#recording = recording;
      this.keptIn = recording.started.keptIn;
      this.#source = camera.stream ?? camera.videoFile;
      this.sources().live.tap = recording;
      addEventListener('beforeunload', this.#onLeave);
      this.#set('recording');
      this.#onSight();
      // Its element went while it started.
      if (!this.#connected) void this.stop();
    } catch (error) {
      this.notice = { kind: 'fault', fault: Fault.from(error, 'recording-failed') };
      this.#set('off');
    }
  }

  pause(): void {
    this.#halt('person', true);
  }

  resume(): void {
    this.#halt('person', false);
  }

  /** Ends the recording. @param fault why, where it has to end; never throws */
  async stop(fault?: Fault): Promise<void> {
    const recording = this.#recording;
    if (!recording || this.state !== 'recording') return;
    this.#releaseAll();
    this.#set('ending');
    this.sources().live.tap = undefined;
    try {
      const ended = fault === undefined ? undefined : fault.code === 'storage-full' ? 'storage-full' : 'recording-failed';
      const finished = await recording.finish(ended, this.keeping.atEnd);
      if (finished?.files) await this.parts.download(finished);
      this.notice = endNotice(finished, fault, this.keeping.atEnd);
    } catch (error) {
      this.notice = await this.#broken(fault ?? Fault.from(error, 'recording-failed'), recording);
    } finally {
      this.#off();
    }
  }

  dismiss(): void {
    this.notice = undefined;
    this.changed();
  }

  /**
   * A press of a label begins: it is held, or becomes a tap that latches it.
   * @param name of the key or pointer
   * @param accepted whether the network guessed it
   * @param atMs when the finger or the key moved, by `performance.now()`'s clock: a busy page hears of it later, and must not take a tap for a
   * hold, nor label other frames than those that were meant
   */
  press(name: string, label: LabelRef, accepted = false, atMs = performance.now()): void {
    if (this.state !== 'recording' || !this.#recording || this.halt) return;
    this.#holder.press(name, label, this.#timeOf(atMs), atMs, accepted);
    this.sources().book.use(label);
    // Until then it may become a tap.
    setTimeout(() => this.changed(), HOLD_MS);
  }

  release(name: string, atMs = performance.now()): void {
    if (!this.#recording) return;
    this.#put(this.#holder.release(name, this.#timeOf(atMs), atMs));
    this.changed();
  }

  cancel(name: string, atMs = performance.now()): void {
    if (!this.#recording) return;
    this.#put(this.#holder.cancel(name, this.#timeOf(atMs), atMs));
    this.changed();
  }

  /** Gives a label a number key. */
  choose(label: LabelRef): void {
    this.sources().book.use(label);
    this.changed();
  }

  /** Keeps what the camera shows as an image, with the label that is held where there is one; never throws. */
  async snapshot(): Promise<void> {
    const recording = this.#recording;
    if (!recording || this.state !== 'recording' || this.halt) return;
    const { label, accepted = false } = this.#holder.first(performance.now()) ?? {};
    try {
      await recording.snapshot(label, accepted);
      if (label) this.sources().book.use(label);
      this.lastSnapshot = label;
      this.snapshots++;
    } catch (error) {
      if (this.#recording === recording) this.notice = { kind: 'fault', fault: Fault.from(error, 'storage-failed') };
    }
    this.changed();
  }

  /** As `RecordingKeeping.elsewhere`, for the recording that runs. */
  async keepElsewhere(): Promise<void> {
    if (this.#recording) await this.keeping.elsewhere(this.#recording, this.#name);
  }

  /** Whether the view with the video is shown. */
  sight(active: boolean): void {
    if (active === this.#active) return;
    this.#active = active;
    this.#onSight();
  }
  #active = true;

  #put(spans: readonly HumanSpan[]): void {
    if (spans.length === 0) return;
    this.quality.put(spans);
    const recording = this.#recording;
    void recording?.edit(spans.map((span) => ({ kind: 'put-span', span }))).catch((error: unknown) => {
      if (this.#recording === recording) void this.stop(Fault.from(error, 'recording-failed'));
    });
  }

  /** Where the video was then, microseconds; never before it last went on. */
  #timeOf(atMs: number): number {
    const lateUs = Math.max(0, Math.round((performance.now() - atMs) * 1000));
    return Math.max(this.#wentOnUs, this.nowUs - lateUs);
  }

  #releaseAll(): void {
    this.#put(this.#holder.releaseAll(this.nowUs, performance.now()));
  }

  #halt(why: RecordingHalt, halted: boolean): void {
    if (this.state !== 'recording' || this.#halts.has(why) === halted) return;
    const first = halted && this.#halts.size === 0;
    if (halted) this.#halts.add(why);
    else this.#halts.delete(why);
    if (this.#halts.size > 0) this.#recording?.pause();
    else {
      this.#recording?.resume();
      this.#wentOnUs = this.nowUs;
    }
    // Once the video stands still: a span that ended before would reach to where the video goes on.
    if (first) this.#releaseAll();
    this.changed();
  }

  #followCamera(): void {
    const { camera } = this.sources();
    if (camera.state === 'off') {
      void this.stop();
      return;
    }
    const source = camera.stream ?? camera.videoFile;
    if (source === this.#source) return;
    this.#source = source;
    this.#recording?.sourceChanged(camera.stream);
    this.#halt('camera', source === undefined);
  }

  #onEvent(event: RecordingEvent): void {
    if (event.kind === 'must-end') return void this.stop(new Fault(event.code, event.message));
    this.status = { ...event.status, dropped: event.status.dropped + (this.#recording?.dropped ?? 0) };
    const now = performance.now();
    if (now - this.#heldAt >= HELD_SPANS_MS) {
      this.#heldAt = now;
      this.#put(this.#holder.current(this.nowUs, now));
    }
    this.changed();
  }

  #onDeath(fault: Fault): void {
    // While it ends, its end is waited for elsewhere.
    if (this.state !== 'recording') return;
    const recording = this.#recording;
    recording?.abandon();
    this.#off();
    void this.#broken(fault, recording).then((notice) => {
      this.notice = notice;
      this.changed();
    });
  }

  /** Makes whole what a broken recorder left. */
  async #broken(fault: Fault, recording: RunningRecording | undefined): Promise<RecordingNotice> {
    const recovered = (await within(RECOVER_MS, this.sources().store.recover())) ?? [];
    const session = recovered.find(({ id }) => id === recording?.id);
    const lost = !session && (this.status?.flushedUs ?? 0) > 0;
    return { kind: 'fault', fault, ...(session && { session }), ...(lost && { lost }) };
  }

  #off(): void {
    this.#recording = undefined;
    this.#source = undefined;
    this.sources().live.tap = undefined;
    removeEventListener('beforeunload', this.#onLeave);
    this.#set('off');
  }

  #set(state: RecordingState): void {
    this.state = state;
    this.changed();
  }

  readonly #onSight = (): void => {
    const inSight = this.#active && document.visibilityState === 'visible';
    const goesOn = this.#recording?.sight(inSight, this.sources().camera.stream) ?? true;
    this.#halt('hidden', !goesOn);
  };

  readonly #onLeave = (event: BeforeUnloadEvent): void => event.preventDefault();
}
