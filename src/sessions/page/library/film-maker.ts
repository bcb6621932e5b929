import type { ReactiveControllerHost } from 'lit';
import { SharedController } from '../../../base/page/shared-controller';
import { Fault } from '../../../base/shared/fault';
import { exportName } from '../../shared/export/export-name';
import type { SessionManifest } from '../../shared/session';
import type { ExportedFile, ExportRequest, ExportTracks, TransferProgress } from '../../shared/session-export';
import { encodesH264 } from './encodes-h264';
import { labelledFilm } from './export-words';
import type { SessionLibrary } from './session-library';
import type { Transfer } from './session-transfer';

/** Makes a session's film with its labels drawn on it: one at a time, the last one that was wanted. */
export class FilmMaker extends SharedController {
  progress: TransferProgress | undefined;
  /** The film, once it is made. */
  file: File | undefined;
  fault: Fault | undefined;
  #job: Transfer<ExportedFile> | undefined;
  /** How often one was wanted, or no more: what was begun for an earlier wish is given up. */
  #wish = 0;

  constructor(
    owner: ReactiveControllerHost,
    private readonly library: () => Pick<SessionLibrary, 'tidy'> & { readonly transfer: Pick<SessionLibrary['transfer'], 'export'> },
  ) {
    super(owner);
  }

  override hostDisconnected(): void {
    this.forget();
  }

  async make(session: SessionManifest, tracks: ExportTracks): Promise<void> {
    this.forget();
    const wish = this.#wish;
    const labelled = labelledFilm(await encodesH264(session.film));
    if (wish !== this.#wish) return;
    const request: ExportRequest = { sessionId: session.id, format: 'film-labels', tracks, labelled };
    const job = this.library().transfer.export(request, undefined, (progress) => {
      if (wish === this.#wish) this.#set({ progress });
    });
    this.#job = job;
    try {
      const file = (await job.result)?.file;
      // Its name and type are what other programs know it by.
      const { name, type } = exportName(session, request);
      if (wish === this.#wish && file) this.#set({ file: new File([file], name, { type }) });
    } catch (error) {
      if (wish === this.#wish) this.#set({ fault: Fault.from(error, 'export-failed') });
    }
    if (this.#job === job) this.#job = undefined;
  }

  /** Nothing is wanted any more. */
  forget(): void {
    this.#wish++;
    const job = this.#job;
    this.#job = undefined;
    this.#set({ progress: undefined, file: undefined, fault: undefined });
    if (!job) return;
    job.cancel();
    void this.library().tidy();
  }

  #set(parts: Partial<Pick<FilmMaker, 'progress' | 'file' | 'fault'>>): void {
    Object.assign(this, parts);
    this.changed();
  }
}
