import type { FilmInfo } from '../../contract/session';
import { filmSize, type FilmEvents } from './film-writer';
import type { GrowingFile } from './session-files';

/** Writes the chunks of the page's MediaRecorder as they come. */
export class ChunkWriter {
  readonly dropped = 0;
  readonly info: FilmInfo;
  #at = 0;

  constructor(
    mimeType: string,
    width: number,
    height: number,
    private readonly file: GrowingFile,
    private readonly events: FilmEvents,
  ) {
    this.info = { file: `film.${ChunkWriter.container(mimeType)}`, mimeType, ...filmSize(width, height), recorder: 'media-recorder' };
  }

  static container(mimeType: string): 'mp4' | 'webm' {
    return mimeType.startsWith('video/mp4') ? 'mp4' : 'webm';
  }

  add(bytes: Uint8Array, endUs: number): void {
    try {
      this.file.write(bytes, this.#at);
    } catch (error) {
      this.events.onError(error);
      return;
    }
    this.#at += bytes.length;
    this.events.onFragment(endUs);
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }
}
