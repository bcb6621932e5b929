import { chooseFile } from '../../../base/page/save-file';
import { keepStoredOnce } from '../../../base/page/storage-quota';
import { safeName } from '../../shared/export/file-names';
import type { RunningRecording } from './recording';

/** Whether the browser keeps what is recorded also on a full device; `asking` while a person may be asked. */
export type Keeping = 'unknown' | 'asking' | 'kept' | 'refused';

/** What keeps a recording that the browser may delete: its promise, a file of the person's choice, or the files at the end. */
export class RecordingKeeping {
  keeping: Keeping = 'unknown';
  /** Whether the files are handed over when the recording ends, though they are kept here as well. */
  atEnd = false;
  /** A chosen file that could not be written from the start. */
  failed: string | undefined;

  constructor(
    private readonly changed: () => void,
    private readonly choose = chooseFile,
  ) {}

  /** Asks the browser to keep what is stored, at the first recording of a visit; never throws. */
  async ask(): Promise<void> {
    this.atEnd = false;
    this.failed = undefined;
    if (this.keeping === 'unknown') this.keeping = 'asking';
    this.keeping = (await keepStoredOnce()) ? 'kept' : 'refused';
    this.changed();
  }

  /**
   * Has the film go into a file of the person's choice as well; where the browser cannot ask for one, the files are handed over at the end, or,
   * at the second call, not. Call it at once in a press of a button; never throws.
   */
  async elsewhere(recording: RunningRecording, name: string): Promise<void> {
    const { file, mimeType } = recording.started.video;
    const chosen = await this.choose(safeName(name, 'recording') + file.slice(file.lastIndexOf('.')), mimeType.split(';')[0]);
    if (chosen === 'cancelled') return;
    if (chosen === undefined) this.atEnd = !this.atEnd;
    else {
      this.failed = undefined;
      await recording.copyTo(chosen).catch(() => (this.failed = chosen.name));
    }
    this.changed();
  }
}
