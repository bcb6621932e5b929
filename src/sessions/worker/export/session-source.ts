import { Fault } from '../../../base/shared/fault';
import type { HumanEdit, RecognitionEntry, SessionManifest } from '../../shared/session';
import type { ExportSource } from '../../shared/export/export-source';
import { foldEdits, isHumanEdit } from '../../shared/human-labels';
import { cutLabels } from '../../shared/edit-labels';
import { parseJsonLines } from '../../shared/json-lines';
import { parseRecognition } from '../../shared/parse';
import { readJsonLines, readRecognitions } from '../../shared/read-json-lines';
import { chunksOf } from '../../../base/worker/async';
import { storageFault } from '../../../base/worker/private-files';
import { frameTimes, openVideo } from './open-video';
import { HUMAN, LABELS, readManifest, readText, sessionFolder, SNAPSHOTS } from '../store/session-folder';

/** A session's files as an export reads them: the labels as they stand now, the rest from the device as it is needed. */
export class SessionSource implements ExportSource {
  readonly human;
  #times: Promise<Float64Array | undefined> | undefined;

  private constructor(
    readonly manifest: SessionManifest,
    readonly edits: readonly HumanEdit[],
    readonly video: File,
    readonly labels: File,
    private readonly folder: FileSystemDirectoryHandle,
  ) {
    const human = foldEdits(edits);
    // A film that is not the labels' own may end before them: what lies behind its end has no frame.
    this.human = foldEdits([...edits, ...cutLabels(human, manifest.durationUs, manifest.durationUs)]);
  }

  /** @throws Fault `session-missing`, `session-busy` while it is recorded, `storage-failed` */
  static async open(id: string): Promise<SessionSource> {
    const folder = await sessionFolder(id);
    try {
      const manifest = await readManifest(folder);
      if (!manifest) throw new Fault('session-missing', `The session ${id} has no session.json that can be read.`);
      if (manifest.state === 'recording') throw new Fault('session-busy', `The session ${id} is being recorded.`);
      const video = await (await folder.getFileHandle(manifest.film.file)).getFile();
      const labels = await (await folder.getFileHandle(LABELS, { create: true })).getFile();
      const edits = parseJsonLines(await readText(folder, HUMAN), isHumanEdit);
      return new SessionSource(manifest, edits, video, labels, folder);
    } catch (error) {
      throw storageFault(error, 'The session could not be read');
    }
  }

  async *recognitions(): AsyncGenerator<RecognitionEntry> {
    const all = readJsonLines(chunksOf(this.labels.stream()), { parse: parseRecognition, file: LABELS, forgiving: true });
    for await (const entry of all) if (entry.timeUs <= this.manifest.durationUs) yield entry;
  }

  /** The file of recognitions where all its lines can be read; else those lines that can, in the order of their times. */
  async readableLabels(): Promise<{ readonly labels: Blob; readonly damaged: boolean }> {
    try {
      for await (const _ of readRecognitions(chunksOf(this.labels.stream()), LABELS));
      return { labels: this.labels, damaged: false };
    } catch {
      const lines: string[] = [];
      for await (const entry of readRecognitions(chunksOf(this.labels.stream()), LABELS, true)) lines.push(`${JSON.stringify(entry)}\n`);
      return { labels: new Blob(lines), damaged: true };
    }
  }

  async frameTimes(): Promise<Float64Array | undefined> {
    return (this.#times ??= this.#readTimes());
  }

  /** A film that is damaged has labels all the same. */
  async #readTimes(): Promise<Float64Array | undefined> {
    try {
      using video = await openVideo(this.video);
      return await frameTimes(video);
    } catch (error) {
      if (error instanceof Fault && error.code === 'export-codec') return undefined;
      throw error;
    }
  }

  /** A snapshot's image; undefined where its file is lost. */
  async snapshot(file: string): Promise<File | undefined> {
    try {
      return await (await (await this.folder.getDirectoryHandle(SNAPSHOTS)).getFileHandle(file)).getFile();
    } catch {
      return undefined;
    }
  }
}
