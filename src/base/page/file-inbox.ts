import { createContext } from '@lit/context';
import type { DroppedFile } from './dropped-files';
import { SharedController } from './shared-controller';

/** Files on their way to the view that is for them: they may be dropped or pasted while another one is shown. */
export class FileInbox extends SharedController {
  #files: readonly DroppedFile[] = [];

  put(files: readonly DroppedFile[]): void {
    this.#files = [...this.#files, ...files];
    this.changed();
  }

  /** The files that came since the last call. */
  take(): readonly DroppedFile[] {
    const files = this.#files;
    this.#files = [];
    return files;
  }
}

/** Images that were dropped or pasted anywhere. */
export const imageInboxContext = createContext<FileInbox>(Symbol('image inbox'));

/** Taught classes that were exported, and images to teach from, dropped anywhere. */
export const classInboxContext = createContext<FileInbox>(Symbol('class inbox'));

/** Exported sessions, annotations and texts of labels that were dropped anywhere. */
export const sessionInboxContext = createContext<FileInbox>(Symbol('session inbox'));
