import { Fault } from '../../../base/shared/fault';
import type {
  RecordedFrame, FinishedRecording, RecordedModel, RecorderApi, RecorderEvent, RecordingRequest, RecordingStarted,
} from '../../shared/recorder';
import type { HumanEdit, Pause, RecognitionEntry, SessionManifest, Snapshot } from '../../shared/session';
import type { LabelRef } from '../../../base/shared/labels/label-ref';
import { within } from '../../../base/shared/within';
import { sessionLock } from '../../shared/session-store';
import { OpenSession } from './open-session';
import { hasPrivateFiles, storageFault } from '../../../base/worker/private-files';
import { MemoryFiles } from './memory-files';
import { DeviceFiles } from '../store/session-files';
import { SessionRegister } from '../store/session-register';

/** How often the page is told how it stands, milliseconds. */
const STATUS_MS = 500;
/** The list of sessions is only a copy: nobody waits longer for it, milliseconds. */
const REGISTER_MS = 3000;

/** The recorder behind the worker's messages; knows nothing of Comlink. */
export class RecorderService implements RecorderApi {
  readonly #register = new SessionRegister();
  #session: OpenSession | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #release: () => void = () => undefined;
  #onEvent: (event: RecorderEvent) => void = () => undefined;

  async begin(request: RecordingRequest, onEvent: (event: RecorderEvent) => void): Promise<RecordingStarted> {
    if (this.#session) throw new Fault('session-busy', 'This worker records already.');
    await this.#lock(request.id);
    try {
      const mustEnd = (fault: Fault): void => onEvent({ kind: 'must-end', code: fault.code, message: fault.message });
      const session = await openSession(request, mustEnd);
      this.#session = session;
      this.#onEvent = onEvent;
      if (session.keptIn === 'device') await within(REGISTER_MS, this.#register.put(session.manifest));
      this.#timer = setInterval(() => {
        session.status().then((status) => onEvent({ kind: 'status', status }), (error: unknown) => session.mustEnd(error));
      }, STATUS_MS);
      return { video: session.video, keptIn: session.keptIn };
    } catch (error) {
      this.#release();
      throw storageFault(error, 'The recording could not be begun');
    }
  }

  frame(frame: RecordedFrame, timeUs: number, wanted: boolean): boolean {
    try {
      return this.#open.frame(frame, timeUs, wanted);
    } finally {
      frame.close();
    }
  }

  chunk(bytes: ArrayBuffer, endUs: number, drawnUs: readonly number[]): void {
    this.#guard(() => this.#open.chunk(new Uint8Array(bytes), endUs, drawnUs));
  }

  recognised(entry: RecognitionEntry, model: RecordedModel): void {
    this.#guard(() => this.#open.recognised(entry, model));
  }

  edit(edits: readonly HumanEdit[]): void {
    this.#guard(() => this.#open.edit(edits));
  }

  async snapshot(frame: RecordedFrame, timeUs: number, label: LabelRef | undefined, accepted: boolean): Promise<Snapshot> {
    try {
      return await this.#open.snapshot(frame, timeUs, label, accepted);
    } catch (error) {
      throw storageFault(error, 'The picture could not be kept');
    } finally {
      frame.close();
    }
  }

  async copyTo(file: FileSystemFileHandle): Promise<void> {
    try {
      await this.#open.copyTo(file);
    } catch (error) {
      throw storageFault(error, 'The chosen file cannot be written');
    }
  }

  async finish(ended?: SessionManifest['ended'], handOver = false, pauses?: readonly Pause[]): Promise<FinishedRecording | undefined> {
    const session = this.#open;
    clearInterval(this.#timer);
    try {
      const finished = await session.finish(ended, handOver, pauses, () => this.#onEvent({ kind: 'ending' }));
      if (session.keptIn === 'device') {
        const kept = finished && !finished.gone;
        await within(REGISTER_MS, kept ? this.#register.put(finished.manifest) : this.#register.delete(session.manifest.id));
      }
      return finished;
    } catch (error) {
      throw storageFault(error, 'The recording could not be ended');
    } finally {
      this.#session = undefined;
      this.#release();
    }
  }

  get #open(): OpenSession {
    if (!this.#session) throw new Fault('recording-failed', 'Nothing is recorded.');
    return this.#session;
  }

  #guard(job: () => void): void {
    try {
      job();
    } catch (error) {
      throw storageFault(error, 'The recording could not be written');
    }
  }

  /** Takes the session's lock, and holds it until `#release`, or until this worker ends. */
  async #lock(id: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const held = navigator.locks.request(sessionLock(id), { ifAvailable: true }, (lock) => {
        if (!lock) {
          reject(new Fault('session-busy', `The session ${id} is recorded already.`));
          return undefined;
        }
        resolve();
        return new Promise<void>((release) => (this.#release = release));
      });
      held.catch(reject);
    });
  }
}

/** On the device, or in memory where the browser gives no files: it may have the functions and refuse each call (a private window). */
async function openSession(request: RecordingRequest, mustEnd: (fault: Fault) => void): Promise<OpenSession> {
  try {
    if (hasPrivateFiles()) return await OpenSession.create(request, await DeviceFiles.create(request.id), mustEnd);
  } catch (error) {
    if (storageFault(error, '').code !== 'storage-failed') throw error;
  }
  return OpenSession.create(request, new MemoryFiles(), mustEnd);
}
