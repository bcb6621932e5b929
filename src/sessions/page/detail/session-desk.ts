import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Fault } from '../../../base/shared/fault';
import { aimOf, type Aim, type Region } from '../../../engine/index';
import type { HumanLabels, HumanSpan, RecognitionEntry, SessionData } from '../../shared/session';
import { sameLabel, type LabelRef } from '../../../base/shared/labels/label-ref';
import type { FrameTimes } from '../../shared/session-export';
import { answerSeenAt, lastWhere, neighbouringStart, recognitionAt } from '../../shared/label-times';
import { isNamed } from '../../shared/sureness';
import { predictedRunsOf, topLabels, type PredictedRun } from '../../shared/predicted-runs';
import { squareInImage, type Size } from '../../shared/squares';
import { sessionStatistics, type SessionStatistics } from '../../shared/session-statistics';
import { SpanIndex } from '../../shared/span-index';
import type { LabelBook } from '../label-book';
import type { Transfer } from '../library/session-transfer';
import { VideoPlayer } from './video-player';
import { SessionEditor } from './session-editor';
import type { SessionLibrary } from '../library/session-library';

/** What a key or button does in an open session. */
export type DeskCommand =
  | 'toggle' | 'frame-back' | 'frame-forth' | 'second-back' | 'second-forth' | 'previous-label' | 'next-label'
  | 'undo' | 'redo' | 'starts-here' | 'ends-here' | 'split' | 'merge' | 'delete';

/** Length of a new span where the network tells nothing, microseconds. */
const NEW_SPAN_US = 2_000_000;
/** Labels that are offered before anything is typed. */
const SUGGESTED = 8;
/** Lines of the plot. */
const PLOTTED = 4;

/** Where a person works on a session: its labels, its video, and what is done with both at the present time. */
export class SessionDesk implements ReactiveController {
  readonly editor: SessionEditor;
  readonly player: VideoPlayer;
  #lastChosen: readonly LabelRef[] = [];
  #runs: readonly PredictedRun[] = [];
  #plotted: readonly LabelRef[] = [];
  #statistics: { readonly of: HumanLabels; readonly is: SessionStatistics } | undefined;
  #index = new SpanIndex<HumanSpan>([]);
  #ownNames: { readonly of: HumanLabels; readonly are: readonly string[] } | undefined;
  #prepared: SessionData | undefined;
  #preparedFor = 0;
  #videoOf: SessionData | undefined;
  #videoFault: Fault | undefined;
  #frames: Transfer<FrameTimes> | undefined;

  /**
   * @param onTime is told the present time, more often than the host is updated
   * @param certainty probability from which on the network's label is named, 0 for always
   */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly book: () => LabelBook,
    onTime: (timeUs: number) => void,
    private readonly certainty: () => number = () => 0,
  ) {
    this.editor = new SessionEditor(host);
    this.player = new VideoPlayer(host, onTime);
    host.addController(this);
  }

  hostUpdate(): void {
    const { data } = this.editor;
    const certainty = this.certainty();
    if (data === this.#prepared && certainty === this.#preparedFor) return;
    this.#prepared = data;
    this.#preparedFor = certainty;
    this.#runs = data ? predictedRunsOf(data.recognitions, { durationUs: data.manifest.durationUs, certainty }) : [];
    this.#plotted = data ? topLabels(data.recognitions, PLOTTED) : [];
    this.#statistics = undefined;
  }

  hostDisconnected(): void {
    this.#frames?.cancel();
    this.#videoOf = undefined;
  }

  get runs(): readonly PredictedRun[] {
    return this.#runs;
  }

  /** Labels that are worth a line in a plot. */
  get plotted(): readonly LabelRef[] {
    return this.#plotted;
  }

  /** A person's spans, to be found by time. */
  get index(): SpanIndex<HumanSpan> {
    const { spans } = this.editor.labels;
    if (this.#index.spans !== spans) this.#index = new SpanIndex(spans);
    return this.#index;
  }

  /** Figures of the session; counted when they are asked for. */
  get statistics(): SessionStatistics | undefined {
    const { data, labels } = this.editor;
    if (!data) return undefined;
    if (this.#statistics?.of !== labels) this.#statistics = { of: labels, is: sessionStatistics({ ...data, human: labels }, this.certainty()) };
    return this.#statistics.is;
  }

  get videoFault(): Fault | undefined {
    return this.#videoFault;
  }

  /** The video's picture, pixels. */
  get size(): Size | undefined {
    return this.editor.data?.manifest.film;
  }

  /** The square that the label at the present time is of, pixels of the video's picture; undefined where it was none of its own. */
  get square(): Region | undefined {
    const square = this.#answer?.square;
    const film = this.editor.data?.manifest.film;
    return square && film && squareInImage(square, film, film);
  }

  /** That square in shares of the video's picture. */
  get aim(): Aim | undefined {
    return this.#answer?.square;
  }

  /**
   * The square that the label at a time is of, in a picture that was kept then.
   * @param picture its size, pixels
   */
  aimIn(timeUs: number, picture: Size): Aim | undefined {
    const { data } = this.editor;
    const square = data && recognitionAt(data.recognitions, timeUs)?.square;
    if (!square) return undefined;
    const region = squareInImage(square, data.manifest.film, picture);
    return aimOf(region, picture.width, picture.height);
  }

  /** Whether the network is not sure of what it says at the present time. */
  get unsure(): boolean {
    const answer = this.#answer;
    return answer !== undefined && !isNamed(answer, this.certainty());
  }

  /** Whether the network has not been asked yet at the present time, and will be. */
  get early(): boolean {
    const first = this.editor.data?.recognitions.at(0);
    return first !== undefined && this.#answer === undefined && this.player.timeUs < first.timeUs;
  }

  /** What the network says at the present time, most probable first. */
  get answers(): readonly { readonly label: LabelRef; readonly probability: number }[] {
    return (this.#answer?.top ?? []).map(({ index, name, probability }) => ({ label: index === undefined ? { name } : { index, name }, probability }));
  }

  /** A person's own labels: those of this session, then those that were used anywhere, the newest first. */
  get own(): readonly string[] {
    const { labels } = this.editor;
    if (this.#ownNames?.of !== labels) {
      const all = [...labels.spans, ...labels.snapshots];
      this.#ownNames = { of: labels, are: [...new Set(all.flatMap(({ label }) => (label && label.index === undefined ? [label.name] : [])))] };
    }
    return [...new Set([...this.#ownNames.are, ...this.book().own])];
  }

  /** Notes a label that was chosen, so that it is found again, here and while recording. */
  use(label: LabelRef): void {
    this.book().use(label);
    this.#lastChosen = [label, ...this.#lastChosen].slice(0, SUGGESTED);
  }

  /** What the network says now, then what was chosen lately. */
  get suggestions(): readonly LabelRef[] {
    const all = [...this.answers.map(({ label }) => label), ...this.#lastChosen];
    return all.filter((label, i) => all.findIndex((other) => sameLabel(other, label)) === i).slice(0, SUGGESTED);
  }

  /** The span after the one that is worked on. */
  get next(): HumanSpan | undefined {
    const { selected, labels: { spans } } = this.editor;
    if (!selected) return undefined;
    const from = lastWhere(spans.length, (i) => spans[i].startUs < selected.startUs) + 1;
    return spans[from] === selected ? spans.at(from + 1) : spans.at(from);
  }

  /** Opens the video of the session that is open, unless it is already. */
  async openVideo(library: SessionLibrary, video: HTMLVideoElement | null): Promise<void> {
    const { data } = this.editor;
    if (!data || !video || this.#videoOf === data) return;
    this.#videoOf = data;
    this.#videoFault = undefined;
    const { id, durationUs } = data.manifest;
    try {
      const file = await library.store.video(id);
      if (this.#videoOf !== data) return;
      this.player.open(video, file, durationUs);
      this.#frames?.cancel();
      this.#frames = library.transfer.frameTimes(id);
      const frames = await this.#frames.result;
      if (this.#videoOf === data) this.player.setFrames(frames);
    } catch (error) {
      const fault = Fault.from(error, 'storage-failed');
      // Where only the frames' times cannot be had, steps are guessed.
      if (this.#videoOf === data && fault.code !== 'export-codec') this.failVideo(fault);
    }
  }

  failVideo(fault: Fault): void {
    this.#videoFault = fault;
    this.#videoOf = undefined;
    this.host.requestUpdate();
  }

  /** Lets the video be opened once more. */
  retryVideo(): void {
    this.#videoFault = undefined;
    this.host.requestUpdate();
  }

  /** Labels from the present frame on, to the end of the network's run. */
  label(label: LabelRef): void {
    const start = this.player.frameUs;
    this.editor.add(start, this.#runAt(start)?.endUs ?? start + NEW_SPAN_US, label);
  }

  /** The video goes to a span that is chosen. */
  select(id: string | undefined): void {
    this.editor.select(id);
    const { selected } = this.editor;
    if (selected && (this.player.frameUs < selected.startUs || this.player.frameUs >= selected.endUs)) this.player.seek(selected.startUs);
  }

  /** The network is right: all of its run gets the label. */
  confirm(label: LabelRef): void {
    const run = this.#runAt(this.player.timeUs);
    const start = run?.startUs ?? this.player.frameUs;
    this.editor.add(start, run?.endUs ?? start + NEW_SPAN_US, label);
  }

  run(command: DeskCommand): void {
    const { editor, player } = this;
    const time = player.frameUs;
    switch (command) {
      case 'toggle':
        return player.toggle();
      case 'frame-back':
        return player.step(-1);
      case 'frame-forth':
        return player.step(1);
      case 'second-back':
        return player.seek(time - 1e6);
      case 'second-forth':
        return player.seek(time + 1e6);
      case 'previous-label':
        return player.seek(neighbouringStart(this.#starts, time, 'previous') ?? 0);
      case 'next-label':
        return player.seek(neighbouringStart(this.#starts, time, 'next') ?? time);
      case 'undo':
        return editor.undo();
      case 'redo':
        return editor.redo();
      default:
        this.#runOnSpan(command, editor.selected?.id, time);
    }
  }

  #runOnSpan(command: 'starts-here' | 'ends-here' | 'split' | 'merge' | 'delete', id: string | undefined, time: number): void {
    const { editor, next } = this;
    if (id === undefined) return;
    if (command === 'starts-here') editor.moveEdge(id, 'start', time);
    else if (command === 'ends-here') editor.moveEdge(id, 'end', time);
    else if (command === 'split') editor.split(id, time);
    else if (command === 'delete') editor.delete(id);
    else if (next) editor.merge(id, next.id);
  }

  get #answer(): RecognitionEntry | undefined {
    return this.editor.data && answerSeenAt(this.editor.data.recognitions, this.player.timeUs);
  }

  /** Where labels begin: a person's spans and snapshots, and the network's runs. */
  get #starts(): readonly (readonly { readonly startUs: number }[])[] {
    const { spans, snapshots } = this.editor.labels;
    return [spans, snapshots.map(({ timeUs }) => ({ startUs: timeUs })), this.#runs];
  }

  #runAt(timeUs: number): PredictedRun | undefined {
    const place = lastWhere(this.#runs.length, (i) => this.#runs[i].startUs <= timeUs);
    return place >= 0 && timeUs < this.#runs[place].endUs ? this.#runs[place] : undefined;
  }
}
