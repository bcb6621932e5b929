import { Fault } from '../../../base/shared/fault';
import type {
  RecordedFrame, FinishedRecording, RecordedModel, RecorderApi, RecorderEvent, RecordingRequest, RecordingStarted,
} from '../../shared/recorder';
import type { HumanEdit, RecognitionEntry, SessionManifest, Snapshot } from '../../shared/session';
import type { LabelRef } from '../../../base/shared/labels/label-ref';
import { sessionLock } from '../../shared/session-store';
import { OpenSession } from './open-session';
import { hasPrivateFiles, storageFault } from '../../../base/worker/private-files';
import { MemoryFiles } from './memory-files';
import { DeviceFiles } from '../store/session-files';
import { SessionRegister } from '../store/session-register';

/** How often the page is told how it stands, milliseconds. */
const STATUS_MS = 500;

/** The recorder behind the worker's messages; knows nothing of Comlink. */
export class RecorderService implements RecorderApi {
  readonly #register = new SessionRegister();
  #session: OpenSession | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #release: () => void = () => undefined;

  async begin(request: RecordingRequest, onEvent: (event: RecorderEvent) => void): Promise<RecordingStarted> {
    if (this.#session) throw new Fault('session-busy', 'This worker records already.');
    await this.#lock(request.id);
    try {
      const files = hasPrivateFiles() ? await DeviceFiles.create(request.id) : new MemoryFiles();
      const mustEnd = (fault: Fault): void => onEvent({ kind: 'must-end', code: fault.code, message: fault.message });
      const session = await OpenSession.create(request, files, mustEnd);
      this.#session = session;
      if (files.keptIn === 'device') await this.#register.put(session.manifest);
      this.#timer = setInterval(() => {
        void session.status().then((status) => onEvent({ kind: 'status', status }));
      }, STATUS_MS);
      return { video: session.video, keptIn: files.keptIn };
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

  async snapshot(frame: RecordedFrame, timeUs: number, label: LabelRef | undefined): Promise<Snapshot> {
    try {
      return await this.#open.snapshot(frame, timeUs, label);
    } catch (error) {
      throw storageFault(error, 'The picture could not be kept');
    } finally {
      frame.close();
    }
  }

  async finish(ended?: SessionManifest['ended']): Promise<FinishedRecording | undefined> {
    const session = this.#open;
    clearInterval(this.#timer);
    try {
      const finished = await session.finish(ended);
      if (session.keptIn === 'device') {
        if (finished) await this.#register.put(finished.manifest);
        else await this.#register.delete(session.manifest.id);
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
