import { FramePump, type FrameTap } from '../../../recognise/page/index';
import { Fault } from '../../../base/shared/fault';
import type { LoadedModel, FrameInput, Recognition } from '../../../recognise/shared/index';
import type { FinishedRecording, RecordingEvent, RecordingRequest, RecordingStarted } from '../../shared/recorder';
import type { HumanEdit, Pause, SessionManifest, Snapshot } from '../../shared/session';
import { nameOf, type LabelRef } from '../../../base/shared/labels/label-ref';
import { labelOfPrediction } from '../../shared/predicted-label';
import { middleOf, squareInVideo } from '../../shared/squares';
import { ChunkFeed, chunkType } from './chunk-feed';
import type { Feed } from './feed';
import { FrameFeed } from './frame-feed';
import { HiddenFrames } from './hidden-frames';
import { RecorderClient } from './recorder-client';

/** Frames a second of a video, at most. */
const VIDEO_RATE = 30;
/** Labels kept of each recognition. */
const TOP_COUNT = 3;
/** Recognitions that may be under way: a number whose answer never comes is forgotten. */
const PENDING = 64;

export interface RecordingOptions {
  readonly video: HTMLVideoElement;
  readonly name: string;
  readonly onEvent: (event: RecordingEvent) => void;
  /** The recorder broke; what it flushed is safe, and can be recovered. */
  readonly onDeath: (fault: Fault) => void;
  /** The model that recognises at present. */
  readonly model: () => LoadedModel | undefined;
  /** Whether the live view names the label that it has just shown. */
  readonly sure: () => boolean;
  /** Told of each recognition of the video, once it is shown. */
  readonly onSeen?: (recognition: Recognition) => void;
}

function hasWebCodecs(): boolean {
  return typeof VideoEncoder !== 'undefined' && typeof VideoFrame !== 'undefined';
}

/** What the browser calls a camera: no screen, whose name may be a window's title. */
function cameraName(source: MediaProvider | null): string | undefined {
  const track = source && 'getVideoTracks' in source ? source.getVideoTracks().at(0) : undefined;
  if (!track || track.getSettings().displaySurface !== undefined) return undefined;
  return nameOf(track.label).slice(0, 120) || undefined;
}

/** `20260717T101500-3f9a1c`: sorts by time, and two tabs never give the same. */
function newId(createdAt: number): string {
  const time = new Date(createdAt).toISOString().slice(0, 19).replace(/[-:]/g, '');
  return `${time}-${crypto.randomUUID().slice(0, 6)}`;
}

/** One recording, from its begin to its end: what the video element shows, and what is recognised in it. */
export class Recording implements FrameTap {
  paused = false;
  readonly #pump: FramePump;
  readonly #hidden = new HiddenFrames((frame) => this.feed.plain(frame));
  /** Video times by number of recognition. */
  readonly #times = new Map<number, number>();
  #inSight = true;
  readonly #pauses: Pause[] = [];
  /** `Date.now()` when it came to stand still last: pictures are compared with it by their files' dates. */
  #pausedAt = 0;

  private constructor(
    readonly id: string,
    readonly started: RecordingStarted,
    private readonly client: RecorderClient,
    private readonly feed: Feed,
    private readonly options: RecordingOptions,
  ) {
    this.#pump = new FramePump(options.video, () => this.#onFrame());
    this.#pump.start();
    client.onDeath((fault) => options.onDeath(fault));
  }

  /**
   * Begins with WebCodecs where this browser encodes with it, else with MediaRecorder.
   * @throws Fault `no-recorder`, `storage-full`, `storage-failed`, `recording-failed`
   */
  static async begin(options: RecordingOptions): Promise<Recording> {
    const { videoWidth: width, videoHeight: height } = options.video;
    if (width === 0) throw new Fault('recording-failed', 'The camera shows no picture yet.');
    const createdAt = Date.now();
    const device = cameraName(options.video.srcObject);
    const request: RecordingRequest = { id: newId(createdAt), name: options.name, createdAt, width, height, frameRate: VIDEO_RATE, ...(device !== undefined && { device }) };
    let refused = new Fault('no-recorder', 'This browser has neither WebCodecs nor MediaRecorder.');
    for (const chunksOf of [hasWebCodecs() ? undefined : 'none', chunkType() ?? 'none']) {
      if (chunksOf === 'none') continue;
      const client = new RecorderClient();
      try {
        const started = await client.begin(chunksOf === undefined ? request : { ...request, chunksOf }, (event) => options.onEvent(event));
        const feed = chunksOf === undefined ? new FrameFeed(client, VIDEO_RATE) : new ChunkFeed(client, chunksOf, width, height, VIDEO_RATE);
        return new Recording(request.id, started, client, feed, options);
      } catch (error) {
        client.dispose();
        refused = Fault.from(error, 'recording-failed');
        if (refused.code !== 'no-recorder') throw refused;
      }
    }
    throw refused;
  }

  /** Where the video is now, microseconds. */
  get nowUs(): number {
    return this.feed.now();
  }

  /** Frames that never reached the worker. */
  get dropped(): number {
    return this.feed.dropped;
  }

  submitted(id: number, image: FrameInput): void {
    if (this.paused) return;
    const timeUs = this.feed.wanted(image);
    if (timeUs === undefined) return;
    this.#times.set(id, timeUs);
    if (this.#times.size <= PENDING) return;
    for (const oldest of this.#times.keys()) {
      this.#times.delete(oldest);
      break;
    }
  }

  shown(recognition: Recognition, latencyMs: number): void {
    const timeUs = this.#times.get(recognition.id);
    if (timeUs !== undefined) this.options.onSeen?.(recognition);
    const model = this.options.model();
    this.#times.delete(recognition.id);
    if (timeUs === undefined || !model) return;
    const { id, name, preprocessing } = model.manifest;
    const { precision } = model;
    const square = squareInVideo(recognition, this.started.video);
    const top = recognition.top.slice(0, TOP_COUNT).map((answer) => ({ ...labelOfPrediction(answer, name), probability: Number(answer.probability.toFixed(6)) }));
    const entry = { timeUs, top, modelId: id, precision, latencyMs: Number(latencyMs.toFixed(1)), sure: this.options.sure(), ...(square && { square }) };
    void this.client.recognised(entry, { id, name, precision, middle: middleOf(preprocessing) }).catch(() => undefined);
  }

  edit(edits: readonly HumanEdit[]): Promise<void> {
    return this.client.edit(edits);
  }

  /** Keeps what the camera shows now as an image. @param accepted whether the network guessed its label */
  async snapshot(label: LabelRef | undefined, accepted: boolean): Promise<Snapshot> {
    const { frame, timeUs } = await this.feed.still(this.options.video);
    return this.client.snapshot(frame, timeUs, label, accepted);
  }

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.#pausedAt = Date.now();
    this.feed.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.#pauses.push({ timeUs: this.nowUs, lengthUs: Math.max(0, Date.now() - this.#pausedAt) * 1000 });
    this.feed.resume();
  }

  /**
   * The page or the view with the video is hidden, or seen again: hidden, the frames come from the camera's track, where
   * this browser allows.
   * @returns whether the video goes on
   */
  sight(inSight: boolean, stream: MediaStream | undefined): boolean {
    if (inSight !== this.#inSight) {
      this.#inSight = inSight;
      this.feed.sourceChanged();
      if (inSight) this.#hidden.stop();
      else if (stream) this.#hidden.start(stream);
    }
    return inSight || (HiddenFrames.possible && stream !== undefined);
  }

  /** Another camera, or the same one anew. @param stream undefined where the images come from no stream, or from nowhere */
  sourceChanged(stream: MediaStream | undefined): void {
    this.feed.sourceChanged();
    if (this.#inSight) return;
    if (stream) this.#hidden.start(stream);
    else this.#hidden.stop();
  }

  /** Has the film go into a file of the person's choice as well. @throws Fault `storage-failed` */
  copyTo(file: FileSystemFileHandle): Promise<void> {
    return this.client.copyTo(file);
  }

  /**
   * Ends the video and the session.
   * @param ended why, where a person did not stop it
   * @param handOver whether the files are wanted also where they are kept
   */
  async finish(ended: SessionManifest['ended'], handOver: boolean): Promise<FinishedRecording | undefined> {
    this.#pump.stop();
    this.#hidden.stop();
    try {
      await this.feed.finish();
      return await this.client.finish(ended, handOver, this.#pauses);
    } finally {
      this.client.dispose();
    }
  }

  /** Drops everything at once: what was flushed can be recovered. */
  abandon(): void {
    this.#pump.stop();
    this.#hidden.stop();
    this.client.dispose();
  }

  #onFrame(): void {
    if (!this.paused && this.#inSight) this.feed.plain(this.options.video);
  }
}

/** A recording as its controller sees it. */
export type RunningRecording = Pick<Recording, keyof Recording>;
