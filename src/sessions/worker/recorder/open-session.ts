import { Fault } from '../../../base/shared/fault';
import type { FilmCopyStatus, RecordedFrame, FinishedRecording, RecordedModel, RecordingRequest, RecordingStatus } from '../../shared/recorder';
import type { VideoInfo, HumanEdit, Pause, RecognitionEntry, SessionManifest, Snapshot } from '../../shared/session';
import type { LabelRef } from '../../../base/shared/labels/label-ref';
import type { VideoCut } from '../../shared/video/video-cut';
import { cutLabels } from '../../shared/edit-labels';
import { foldEdits, isRecognitionEntry, NO_LABELS } from '../../shared/human-labels';
import { RecognitionWriter } from '../../shared/recognition-writer';
import { RESERVE_BYTES, QuotaMeter } from '../../shared/quota';
import { SerialQueue } from '../../../base/worker/async';
import { within } from '../../../base/shared/within';
import { ChunkWriter } from './chunk-writer';
import { DRAWN } from './drawn-frames';
import { CopiedFilm } from './film-copy';
import { repairVideo } from '../store/video-repair';
import { chooseCodec, VideoWriter, type VideoWriterEvents } from './video-writer';
import { imageOf } from './frame-fitter';
import { LineFile } from './line-file';
import { storageFault } from '../../../base/worker/private-files';
import { HUMAN, LABELS, SNAPSHOTS } from '../store/session-folder';
import type { SessionFiles } from '../store/session-files';

/** JPEG quality of snapshots, 0..1. */
const SNAPSHOT_QUALITY = 0.92;
/** Whether the files are still there is looked at so often, milliseconds. */
const LOOK_MS = 2000;
/** How long after one look another makes sure, milliseconds. */
const SURE_MS = 300;
/** How long one step of the end may take, milliseconds: a device whose storage is gone may give no answer. */
const STEP_MS = 4000;

/** A session while it is recorded: its video, its label track and what a person says, each in its file. */
export class OpenSession {
  manifest: SessionManifest;
  readonly #quota = new QuotaMeter();
  readonly #recognitions: RecognitionWriter;
  readonly #snapshots = new SerialQueue();
  #labels = NO_LABELS;
  #frames = 0;
  #flushedUs = 0;
  #ending = false;
  #gone = false;
  #lookedAt = 0;
  #saved: Promise<void> = Promise.resolve();
  #onStep: () => void = () => undefined;

  private constructor(
    request: RecordingRequest,
    private readonly files: SessionFiles,
    private readonly videoFile: CopiedFilm,
    private readonly writer: VideoWriter | ChunkWriter,
    private readonly labels: LineFile,
    private readonly human: LineFile,
    private readonly onMustEnd: (fault: Fault) => void,
  ) {
    this.#recognitions = new RecognitionWriter((entry) => this.labels.append([entry]));
    this.manifest = {
      version: 1, id: request.id, name: request.name, createdAt: request.createdAt, state: 'recording', durationUs: 0,
      film: writer.info, ...(request.device !== undefined && { device: request.device }), models: [], bytes: 0, recognitions: 0, spans: 0, snapshots: 0,
    };
  }

  /** @throws Fault `no-recorder`; whatever the files throw. Nothing is left behind then. */
  static async create(request: RecordingRequest, files: SessionFiles, onMustEnd: (fault: Fault) => void): Promise<OpenSession> {
    try {
      // Told to a session that is made after the writer.
      const made: { session?: OpenSession } = {};
      const events: VideoWriterEvents = {
        onFrame: (timeUs) => made.session?.frameWritten(timeUs),
        onFragment: (untilUs) => made.session?.flush(untilUs),
        onError: (error) => made.session?.mustEnd(error),
      };
      const { width, height, frameRate, chunksOf } = request;
      const codec = chunksOf === undefined ? await chooseCodec(width, height, frameRate) : undefined;
      const video = new CopiedFilm(await files.open(`film.${codec?.container ?? ChunkWriter.container(chunksOf ?? '')}`));
      const quota = files.quota(RESERVE_BYTES);
      if (quota !== undefined && quota < RESERVE_BYTES) throw new Fault('storage-full', `Only ${quota} bytes can be written.`);
      const writer = codec
        ? new VideoWriter(codec, width, height, frameRate, video, events)
        : new ChunkWriter(chunksOf ?? '', width, height, video, events, new LineFile(await files.open(DRAWN)));
      const labels = new LineFile(await files.open(LABELS));
      const human = new LineFile(await files.open(HUMAN));
      const session = new OpenSession(request, files, video, writer, labels, human, onMustEnd);
      made.session = session;
      await files.manifest(session.manifest);
      return session;
    } catch (error) {
      await files.discard().catch(() => undefined);
      throw error;
    }
  }

  get video(): VideoInfo {
    return this.writer.info;
  }

  get keptIn(): SessionFiles['keptIn'] {
    return this.files.keptIn;
  }

  /** @returns false where the frame was dropped */
  frame(frame: RecordedFrame, timeUs: number, wanted: boolean): boolean {
    if (this.#ending || !(this.writer instanceof VideoWriter)) return false;
    const taken = this.writer.add(frame, timeUs, wanted);
    if (taken && wanted) this.#recognitions.expect(timeUs);
    return taken;
  }

  chunk(bytes: Uint8Array, endUs: number, drawnUs: readonly number[]): void {
    if (!this.#ending && this.writer instanceof ChunkWriter) this.writer.add(bytes, endUs, drawnUs);
  }

  recognised(entry: RecognitionEntry, model: RecordedModel): void {
    if (this.#ending) return;
    // Whether MediaRecorder took a frame is only known at the end: see #matchFrames.
    if (this.writer instanceof ChunkWriter) {
      this.#recognitions.expect(entry.timeUs);
      this.#recognitions.encoded(entry.timeUs);
    }
    this.#recognitions.recognised(entry);
    const { models } = this.manifest;
    if (models.some((m) => m.id === model.id && m.precision === model.precision)) return;
    this.manifest = { ...this.manifest, models: [...models, model] };
    this.#save();
  }

  edit(edits: readonly HumanEdit[]): void {
    this.human.append(edits);
    this.human.flush();
    this.#labels = foldEdits(edits, this.#labels);
  }

  snapshot(frame: RecordedFrame, timeUs: number, label: LabelRef | undefined, accepted: boolean): Promise<Snapshot> {
    this.frame(frame, timeUs, true);
    // One after another: two labels may be tapped on one frame, whose image has one file.
    const snapshot = this.#snapshots.run(async () => {
      const file = `${timeUs}.jpg`;
      const there = this.#labels.snapshots.some((other) => other.file === file);
      if (!there) await this.files.snapshot(file, await imageOf(frame, SNAPSHOT_QUALITY));
      const kept: Snapshot = { id: crypto.randomUUID(), timeUs, file, label, ...(accepted && { accepted }) };
      this.edit([{ kind: 'put-snapshot', snapshot: kept }]);
      return kept;
    });
    snapshot.catch((error: unknown) => {
      if (storageFault(error, '').code === 'storage-full') this.mustEnd(error);
      else void this.#look();
    });
    return snapshot;
  }

  copyTo(file: FileSystemFileHandle): Promise<void> {
    return this.videoFile.copyTo(file);
  }

  async status(): Promise<RecordingStatus> {
    const { bytes } = this.files;
    if (!this.#ending) this.#quota.update(performance.now(), bytes, this.files.quota(this.#quota.wanted));
    if (this.#quota.full) this.mustEnd(new Fault('storage-full', `Only ${this.#quota.bytesLeft} bytes are left.`));
    if (!this.#ending && performance.now() >= this.#lookedAt + LOOK_MS) await this.#look();
    return {
      flushedUs: this.#flushedUs,
      bytes,
      frames: this.#frames,
      dropped: this.writer.dropped,
      recognitions: this.#recognitions.written,
      lostRecognitions: this.#recognitions.lost,
      bytesLeft: this.#quota.bytesLeft,
      secondsLeft: this.#quota.secondsLeft,
      copy: this.videoFile.copy,
    };
  }

  /** Files that are held open can be written and read when they are gone from their folder, and nobody would notice. */
  async #look(): Promise<void> {
    this.#lookedAt = performance.now();
    // A browser that does not say so in time may say so at the next look.
    if (!(await this.#areGone())) return;
    this.#gone = true;
    this.mustEnd(new Fault('storage-cleared', 'The files of the recording are not where they were made.'));
  }

  /** Asked twice: a browser may not find a file for a moment on a disk that is full. */
  async #areGone(): Promise<boolean> {
    if ((await within(LOOK_MS, this.files.stand())) !== false) return false;
    this.videoFile.release();
    await new Promise((resolve) => setTimeout(resolve, SURE_MS));
    return (await within(LOOK_MS, this.files.stand())) === false;
  }

  /**
   * @param onStep is called once for each step that is done, or given up
   * @returns undefined where there was not one frame and nothing was kept
   * @throws Fault `storage-failed` where the device gives no answer; what was flushed can be recovered
   */
  async finish(ended: SessionManifest['ended'], handOver: boolean, pauses: readonly Pause[] | undefined, onStep: () => void): Promise<FinishedRecording | undefined> {
    this.#ending = true;
    this.#onStep = onStep;
    await this.#step(this.#saved);
    // Images that are on their way belong to it.
    await this.#step(this.#snapshots.run(() => Promise.resolve()));
    const whole = (await this.#step(this.writer.finish().then(() => true), 2 * STEP_MS)) ?? false;
    // What follows needs room on a device that may be full.
    this.videoFile.release();
    this.#gone ||= await this.#areGone();
    onStep();
    const shown: number[] = [];
    const cut = whole && this.writer instanceof VideoWriter ? this.writer.result : repairVideo(this.videoFile, shown);
    const damaged = 'damaged' in cut && cut.damaged === true;
    const recognitions = await this.#placeLabels(cut, damaged, whole, shown);
    const copy = await this.#finishCopy();
    // To close a file that is gone never ends.
    if (!this.#gone) this.#close();
    if (cut.frames === 0 && !damaged && this.#labels.snapshots.length === 0) {
      if (!this.#gone) await this.#needed(this.files.discard());
      return undefined;
    }
    const blobs = this.#gone ? this.#handedOver() : undefined;
    this.manifest = {
      ...this.manifest,
      ...(ended ? { ended } : {}),
      state: whole ? 'complete' : 'recovered',
      ...(damaged ? { flaw: 'film-damaged' as const } : {}),
      durationUs: cut.durationUs,
      ...(pauses && { pauses }),
      film: this.video,
      recognitions,
      spans: this.#labels.spans.length,
      snapshots: this.#labels.snapshots.length,
      bytes: this.files.bytes,
    };
    if (blobs) return { manifest: this.manifest, files: blobs, gone: true };
    await this.#needed(this.files.manifest(this.manifest));
    // From here on it is kept: what cannot be handed over as well is no fault of the recording.
    const handed = handOver || this.keptIn === 'memory' ? await this.#step(this.files.blobs(this.#types)) : undefined;
    return { manifest: this.manifest, files: handed, ...(copy && { copy }) };
  }

  /** A step of the end. @returns undefined where it failed, or was given up: what comes next is done all the same */
  async #step<T>(job: Promise<T>, ms = STEP_MS): Promise<T | undefined> {
    const result = await within(ms, job);
    this.#onStep();
    return result;
  }

  /** A step without which there is no end. @throws what it throws; Fault `storage-failed` where it is given up */
  async #needed(job: Promise<void>): Promise<void> {
    let failure: unknown = new Fault('storage-failed', `The device gave no answer within ${STEP_MS} ms.`);
    const done = await this.#step(job.then(() => true, (error: unknown) => void (failure = error)));
    if (!done) throw failure;
  }

  async #finishCopy(): Promise<FilmCopyStatus | undefined> {
    const inTime = await this.#step(this.videoFile.finishCopy().then(() => true), 2 * STEP_MS);
    const { copy } = this.videoFile;
    return copy && { ...copy, failed: copy.failed ?? (inTime ? undefined : 'It could not be finished in time.') };
  }

  get #types(): Readonly<Record<string, string>> {
    return { [this.video.file]: this.video.mimeType };
  }

  #close(): void {
    for (const file of [this.videoFile, this.labels, this.human]) {
      file.flush();
      file.close();
    }
  }

  /** What can be read back of files that are gone: pictures that are not remembered are lost, and what names them goes too. */
  #handedOver(): ReadonlyMap<string, Blob> {
    const there = this.files.remembered(this.#types);
    const lost = this.#labels.snapshots.filter(({ file }) => !there.has(`${SNAPSHOTS}/${file}`));
    if (lost.length === 0) return there;
    this.edit(lost.map(({ id }) => ({ kind: 'delete-snapshot', id })));
    return this.files.remembered(this.#types);
  }

  /** Brings the labels to the film that there is. @returns how many recognitions stay */
  async #placeLabels(cut: Pick<VideoCut, 'lastUs' | 'durationUs'>, damaged: boolean, whole: boolean, shown: readonly number[]): Promise<number> {
    const matched = this.writer instanceof ChunkWriter ? await this.#matchFrames(this.writer, shown) : undefined;
    if (damaged) return this.#recognitions.written;
    // A label that was held to the very end reaches beyond the last frame; and what could not be written has none.
    this.#cutLabels(cut);
    if (matched !== undefined) return matched;
    return whole ? this.#recognitions.written : this.labels.keep(isRecognitionEntry, ({ timeUs }) => timeUs <= cut.lastUs);
  }

  /** Puts what was said of MediaRecorder's frames at the times that these have in its video. @returns how many recognitions stay */
  async #matchFrames(writer: ChunkWriter, shown: readonly number[]): Promise<number> {
    const matched = writer.match(shown);
    // First: on a full device the labels have no other room to grow by a digit.
    if (!this.#gone) await this.#needed(this.files.remove(DRAWN));
    const edits = matched.edits(this.#labels);
    if (edits.length > 0) this.edit(edits);
    return this.labels.rewrite(isRecognitionEntry, (entry) => matched.recognition(entry));
  }

  #cutLabels({ lastUs, durationUs }: Pick<VideoCut, 'lastUs' | 'durationUs'>): void {
    const edits = cutLabels(this.#labels, lastUs, durationUs);
    if (edits.length > 0) this.edit(edits);
  }

  frameWritten(timeUs: number): void {
    this.#frames++;
    this.#guard(() => this.#recognitions.encoded(timeUs));
  }

  flush(untilUs: number): void {
    this.#guard(() => {
      for (const file of [this.videoFile, this.labels, this.human]) file.flush();
      this.#flushedUs = untilUs;
    });
  }

  mustEnd(error: unknown): void {
    if (this.#ending) return;
    this.#ending = true;
    this.onMustEnd(asRecordingFault(error));
  }

  #guard(job: () => void): void {
    try {
      job();
    } catch (error) {
      this.mustEnd(error);
    }
  }

  #save(): void {
    this.#saved = this.#saved.then(() => this.files.manifest(this.manifest)).catch((error: unknown) => this.mustEnd(error));
  }
}

/** What ends a recording: a full device, or else its own failure. */
function asRecordingFault(error: unknown): Fault {
  const fault = storageFault(error, 'The recording could not be written');
  return fault.code === 'storage-full' ? fault : new Fault('recording-failed', fault.message, { cause: error });
}
