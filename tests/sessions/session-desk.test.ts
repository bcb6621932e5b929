import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../src/base/shared/fault';
import { SessionDesk } from '../../src/sessions/page/detail/session-desk';
import { SessionEditor } from '../../src/sessions/page/detail/session-editor';
import { VideoPlayer } from '../../src/sessions/page/detail/video-player';
import { SessionLibrary } from '../../src/sessions/page/library/session-library';
import { LabelBook } from '../../src/sessions/page/label-book';
import { SessionStore } from '../../src/sessions/page/library/session-store';
import { SessionTransfer } from '../../src/sessions/page/library/session-transfer';
import type { HumanEdit, HumanLabels, SessionData } from '../../src/sessions/shared/session';
import type { FrameTimes } from '../../src/sessions/shared/session-export';
import { FakeHost, FakePage, FakeVideo, Later, settled, until } from '../support/fake-page';
import { spawn, workers } from '../support/fake-worker';
import { aimedSession, answer, CAT, DOG, manifestOf, sessionOf } from '../support/session-fixture';

const NOTHING: HumanLabels = { spans: [], snapshots: [] };
/** A frame each 40 ms, the first one half a second into the file. */
const FRAMES: FrameTimes = { start: 0.5, times: Float64Array.from({ length: 150 }, (_, i) => i * 40_000) };

/** Sessions as the worker has them. */
class FakeSessions {
  readonly sessions = new Map<string, SessionData>();
  readonly histories = new Map<string, HumanEdit[]>();
  /** What was appended, one call an entry. */
  readonly written: (readonly [id: string, edits: readonly HumanEdit[]])[] = [];
  /** The next `edit` ends with it. */
  fault: Fault | undefined;
  /** Answers that wait, by the session's id. */
  readonly slow = new Map<string, Promise<void>>();
  videoFault: Fault | undefined;

  add(id: string, change: Partial<SessionData> = {}): void {
    this.sessions.set(id, { ...sessionOf({ human: NOTHING, ...change }), manifest: manifestOf({ id }) });
  }

  async open(id: string): Promise<SessionData> {
    await this.slow.get(id);
    const data = this.sessions.get(id);
    if (!data) throw new Fault('session-missing', id);
    return data;
  }

  history(id: string): HumanEdit[] {
    return this.histories.get(id) ?? [];
  }

  async edit(id: string, edits: readonly HumanEdit[]): Promise<HumanLabels> {
    await this.slow.get('edit');
    const { fault } = this;
    this.fault = undefined;
    if (fault) throw fault;
    this.written.push([id, edits]);
    return NOTHING;
  }

  async video(id: string): Promise<File> {
    await this.slow.get(`film ${id}`);
    if (this.videoFault) throw this.videoFault;
    return new File([id], 'film.mp4');
  }
}

let host: FakeHost;
let sessions: FakeSessions;
let store: SessionStore;
let book: LabelBook;

beforeEach(() => {
  new FakePage();
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
  vi.stubGlobal('requestAnimationFrame', () => 1);
  host = new FakeHost();
  sessions = new FakeSessions();
  sessions.add('one');
  sessions.add('two');
  store = new SessionStore(spawn(sessions));
  book = new LabelBook(undefined);
});
afterEach(() => {
  store.dispose();
  vi.unstubAllGlobals();
});

describe('SessionEditor', () => {
  let editor: SessionEditor;
  const spans = (): string => editor.labels.spans.map(({ startUs, endUs, label }) => `${startUs / 1e6}-${endUs / 1e6} ${label.name}`).join(', ');
  const written = (): string[] => sessions.written.map(([id, edits]) => `${id}: ${edits.map((edit) => edit.kind).join(' ')}`);

  beforeEach(async () => {
    editor = new SessionEditor(host);
    await editor.open(store, 'one');
  });

  it('appends each step at once, in its order, with undo and redo', async () => {
    const id = editor.add(1e6, 3e6, CAT);
    expect(editor.selected?.id).toBe(id);
    editor.split(id, 2e6);
    expect(spans()).toBe('1-2 tabby, 2-3 tabby');
    expect(editor.selected?.startUs).toBe(2e6);
    editor.relabel(id, DOG);
    expect(spans()).toBe('1-2 golden retriever, 2-3 tabby');
    editor.undo();
    editor.undo();
    expect([spans(), editor.canUndo, editor.canRedo]).toEqual(['1-3 tabby', true, true]);
    editor.redo();
    editor.delete(id);
    expect([spans(), editor.canRedo]).toEqual(['2-3 tabby', false]);
    await until(() => sessions.written.flatMap(([, edits]) => edits).length >= 9);
    await settled();
    const log = sessions.written.flatMap(([, edits]) => edits);
    expect(log.map(({ by }) => by ?? 'own').join(' ')).toBe('own own own own undo undo undo redo redo own');
    // What was appended is all that the next visit needs.
    sessions.histories.set('one', log);
    const before = spans();
    await editor.open(store, 'one');
    expect([spans(), editor.canUndo]).toEqual([before, true]);
    editor.undo();
    expect(spans()).toBe('1-2 tabby, 2-3 tabby');
  });

  it('changes nothing where a step is none', async () => {
    const id = editor.add(1e6, 3e6, CAT);
    editor.split(id, 1e6);
    editor.split('gone', 2e6);
    editor.relabel('gone', DOG);
    editor.moveEdge('gone', 'end', 2e6);
    await settled();
    expect([spans(), written()]).toEqual(['1-3 tabby', ['one: put-span']]);
    expect(editor.selected?.id).toBe(id);
  });

  it('keeps what could not be written, and writes it with the next step, in order', async () => {
    sessions.fault = new Fault('storage-full', 'no room');
    editor.add(0, 1e6, CAT);
    await until(() => editor.fault !== undefined);
    expect([editor.fault?.code, spans(), sessions.written]).toEqual(['storage-full', '0-1 tabby', []]);
    editor.add(2e6, 3e6, DOG);
    await until(() => sessions.written.length === 1);
    expect(sessions.written[0][1]).toMatchObject([{ span: { label: CAT } }, { span: { label: DOG } }]);
    await until(() => editor.fault === undefined);
  });

  it('writes once more when asked to', async () => {
    sessions.fault = new Fault('storage-failed', 'no');
    editor.add(0, 1e6, CAT);
    await until(() => editor.fault !== undefined);
    editor.retry();
    expect(editor.fault).toBeUndefined();
    await until(() => sessions.written.length === 1);
    editor.retry();
    await settled();
    expect(written()).toEqual(['one: put-span']);
  });

  it('writes to the session that a step was made in, though another is open by then', async () => {
    const slow = new Later<void>();
    sessions.slow.set('edit', slow.promise);
    editor.add(0, 1e6, CAT);
    await settled();
    editor.add(2e6, 3e6, CAT);
    await editor.open(store, 'two');
    editor.add(4e6, 5e6, DOG);
    slow.resolve();
    await until(() => sessions.written.length === 3);
    expect(written()).toEqual(['one: put-span', 'one: put-span', 'two: put-span']);
    expect(spans()).toBe('4-5 golden retriever');
  });

  it('opens the session that was asked for last', async () => {
    const slow = new Later<void>();
    sessions.slow.set('one', slow.promise);
    const first = editor.open(store, 'one');
    expect([editor.data, editor.labels]).toEqual([undefined, NOTHING]);
    await editor.open(store, 'two');
    slow.resolve();
    await first;
    expect(editor.data?.manifest.id).toBe('two');
    await editor.open(store, 'gone');
    expect([editor.data, editor.fault?.code]).toEqual([undefined, 'session-missing']);
  });

  it('shows nothing once it is closed, also where it was still opening', async () => {
    const opened = editor.open(store, 'two');
    host.disconnect();
    await opened;
    expect(editor.data).toBeUndefined();
    editor.add(0, 1e6, CAT);
    await settled();
    expect(sessions.written).toEqual([]);
  });
});

describe('VideoPlayer', () => {
  let player: VideoPlayer;
  let video: FakeVideo;
  let times: number[];
  const file = new File(['film'], 'film.mp4');

  beforeEach(() => {
    times = [];
    video = new FakeVideo();
    player = new VideoPlayer(host, (time) => times.push(time));
    player.open(video.element, file, 6_000_000);
  });

  it('guesses the frames until their times are known, then steps from one to the next', () => {
    player.step(1);
    expect(player.timeUs).toBe(33_333);
    player.setFrames(FRAMES);
    // The video begins half a second into the file: what is shown is sought anew, into the middle of its frame.
    expect(video.currentTime).toBeCloseTo(0.5 + 0.033333, 6);
    player.step(1);
    expect([player.timeUs, player.frameUs]).toEqual([40_000, 40_000]);
    expect(video.currentTime).toBeCloseTo(0.56, 6);
    player.step(-1);
    player.step(-1);
    expect(player.timeUs).toBe(0);
    player.seek(79_999);
    expect([player.timeUs, player.frameUs]).toEqual([79_999, 40_000]);
    player.step(1000);
    expect(player.timeUs).toBe(149 * 40_000);
    expect(times.at(-1)).toBe(149 * 40_000);
  });

  it('stays within the film', () => {
    player.seek(-5);
    expect([player.timeUs, video.currentTime]).toEqual([0, 0]);
    player.seek(7_000_000);
    expect([player.timeUs, video.currentTime]).toEqual([6_000_000, 6]);
  });

  it('plays and pauses, and stands still for a step', () => {
    expect(player.playing).toBe(false);
    player.toggle();
    expect(player.playing).toBe(true);
    player.toggle();
    expect(player.playing).toBe(false);
    player.toggle();
    player.step(1);
    expect(player.playing).toBe(false);
  });

  it('tells the time of each repaint while it plays, and where it stopped', () => {
    const repaints: (() => void)[] = [];
    vi.stubGlobal('requestAnimationFrame', (repaint: () => void) => repaints.push(repaint));
    player.setFrames(FRAMES);
    player.toggle();
    video.currentTime = 1.5;
    repaints.at(-1)?.();
    expect([times.at(-1), player.timeUs]).toEqual([1_000_000, 1_000_000]);
    video.currentTime = 2.5;
    video.pause();
    expect(player.timeUs).toBe(2_000_000);
  });

  it('leaves the time that was asked for when the seek is done', () => {
    player.setFrames(FRAMES);
    player.seek(40_000);
    video.dispatchEvent(new Event('seeked'));
    expect(player.timeUs).toBe(40_000);
  });

  it('gives a film back before it takes another, and at its end', () => {
    const revoked = vi.spyOn(URL, 'revokeObjectURL');
    const first = video.src;
    const other = new FakeVideo();
    player.setFrames(FRAMES);
    player.open(other.element, file, 1_000_000);
    expect(revoked.mock.calls).toEqual([[first]]);
    expect(video.src).toBe('');
    player.step(1);
    // The frames of the video before are none of this one's.
    expect(player.timeUs).toBe(33_333);
    video.dispatchEvent(new Event('pause'));
    expect(player.timeUs).toBe(33_333);
    host.disconnect();
    expect([revoked.mock.calls.length, other.src, player.timeUs]).toEqual([2, '', 0]);
    revoked.mockRestore();
  });
});

describe('SessionDesk', () => {
  let desk: SessionDesk;
  let library: SessionLibrary;
  let video: FakeVideo;
  let certainty: number;
  /** Questions for the frames' times, in order. */
  let framesAsked: { readonly id: string; readonly answer: Later<FrameTimes> }[];

  beforeEach(async () => {
    video = new FakeVideo();
    framesAsked = [];
    const frameTimes = (id: string): Promise<FrameTimes> => {
      const answer = new Later<FrameTimes>();
      framesAsked.push({ id, answer });
      return answer.promise;
    };
    const transfer = new SessionTransfer(spawn({ frameTimes }));
    library = new SessionLibrary(new FakeHost(), () => store, transfer);
    desk = new SessionDesk(
      host,
      () => book,
      () => undefined,
      () => certainty,
    );
    certainty = 0;
    await open('one');
  });
  afterEach(() => host.disconnect());

  async function open(id: string): Promise<void> {
    await desk.editor.open(store, id);
    await host.updateComplete;
  }
  /** Opens the video with the times of its frames. */
  async function openVideo(): Promise<void> {
    const before = framesAsked.length;
    const opened = desk.openVideo(library, video.element);
    await until(() => framesAsked.length > before);
    framesAsked[before].answer.resolve(FRAMES);
    await opened;
  }
  const spans = (): string => desk.editor.labels.spans.map(({ startUs, endUs, label }) => `${startUs / 1e6}-${endUs / 1e6} ${label.name}`).join(', ');

  it('is not sure where the live view was not, nor below a threshold that changes', async () => {
    const recognitions = [{ ...answer(0, CAT, 0.9), sure: false }, answer(900_000, CAT, 0.6)];
    sessions.add('two', { recognitions });
    await open('two');
    await openVideo();
    const unsure = (): boolean[] => [0, 900_000].map((timeUs) => {
      desk.player.seek(timeUs);
      return desk.unsure;
    });
    expect([unsure(), desk.runs.map((run) => run.unsure)]).toEqual([[true, false], [true, undefined]]);
    certainty = 0.7;
    host.requestUpdate();
    await host.updateComplete;
    expect([unsure(), desk.runs.map((run) => run.unsure)]).toEqual([[true, true], [true]]);
    expect(desk.statistics?.labels).toEqual([]);
  });

  it('says in a session\'s first moments what was recognised just after, or that nothing was yet', async () => {
    const begin = async (id: string, firstUs: number): Promise<unknown[]> => {
      sessions.add(id, { recognitions: [answer(firstUs, CAT, 0.9), answer(firstUs + 200_000, DOG, 0.9)] });
      await open(id);
      await openVideo();
      return [desk.answers.at(0)?.label.name, desk.early];
    };
    expect(await begin('soon', 180_000)).toEqual(['tabby', false]);
    expect(await begin('late', 2_000_000)).toEqual([undefined, true]);
    desk.player.seek(2_100_000);
    expect([desk.answers.at(0)?.label.name, desk.early]).toEqual(['tabby', false]);
    desk.player.seek(5_000_000);
    expect([desk.answers, desk.early]).toEqual([[], false]);
  });

  it('tells where the network looked, where that is recorded', async () => {
    sessions.add('two', { recognitions: aimedSession().recognitions });
    await open('two');
    await openVideo();
    const squares = [0, 1_000_000, 1_999_999, 2_000_000, 5_000_000].map((timeUs) => {
      desk.player.seek(timeUs);
      return desk.square;
    });
    const aimed = { x: 210, y: 30, width: 60, height: 60 };
    expect(squares).toEqual([undefined, aimed, aimed, undefined, undefined]);
  });

  it('labels from the present frame to the end of what the network says, and all of it where that is right', async () => {
    await openVideo();
    expect(desk.runs).toHaveLength(2);
    const [cats, dogs] = desk.runs;
    desk.player.seek(1_010_000);
    expect(desk.answers.map(({ label }) => label)).toEqual([CAT, DOG]);
    desk.label({ name: 'Tom' });
    expect(spans()).toBe(`1-${cats.endUs / 1e6} Tom`);
    desk.player.seek(4_000_000);
    desk.confirm(DOG);
    expect(desk.editor.labels.spans[1]).toMatchObject({ startUs: dogs.startUs, endUs: dogs.endUs, label: DOG });
  });

  it('labels two seconds where the network says nothing', async () => {
    sessions.add('quiet', { recognitions: [answer(5_900_000, CAT, 0.9)] });
    await open('quiet');
    await openVideo();
    desk.player.seek(1_000_000);
    desk.label(CAT);
    desk.player.seek(4_000_000);
    desk.confirm(DOG);
    expect(spans()).toBe('1-3 tabby, 4-6 golden retriever');
  });

  it('does what keys and buttons say, at the present frame', async () => {
    await openVideo();
    desk.player.seek(1_000_000);
    desk.label(CAT);
    desk.player.seek(1_530_000);
    desk.run('split');
    expect(spans()).toBe('1-1.52 tabby, 1.52-3 tabby');
    desk.run('undo');
    expect(spans()).toBe('1-3 tabby');
    desk.run('redo');
    const [first] = desk.editor.labels.spans;
    desk.editor.select(first.id);
    expect(desk.next?.startUs).toBe(1_520_000);
    desk.run('merge');
    expect(spans()).toBe('1-3 tabby');
    desk.run('second-forth');
    expect(desk.player.timeUs).toBe(2_520_000);
    desk.run('ends-here');
    desk.run('second-back');
    desk.run('frame-forth');
    expect(desk.player.timeUs).toBe(1_560_000);
    desk.run('starts-here');
    expect(spans()).toBe('1.56-2.52 tabby');
    desk.run('next-label');
    expect(desk.player.timeUs).toBe(desk.runs[1].startUs);
    desk.run('previous-label');
    expect(desk.player.timeUs).toBe(1_560_000);
    desk.run('delete');
    expect(spans()).toBe('');
    // Nothing is chosen any more.
    desk.run('delete');
    desk.run('toggle');
    expect(desk.player.playing).toBe(true);
  });

  it('offers what the network says now, then what was chosen lately, each once', async () => {
    await openVideo();
    desk.use(DOG);
    desk.use({ name: 'Tom' });
    desk.player.seek(0);
    expect(desk.suggestions).toEqual([CAT, DOG, { name: 'Tom' }]);
    desk.label({ name: 'Rex' });
    expect(desk.own).toEqual(['Rex', 'Tom']);
  });

  it('counts anew when the labels change', () => {
    const before = desk.statistics;
    expect(desk.statistics).toBe(before);
    desk.editor.add(0, 1e6, CAT);
    expect(desk.statistics).not.toEqual(before);
  });

  it('opens a film once, and not one of a session that is no longer open', async () => {
    await openVideo();
    await desk.openVideo(library, video.element);
    expect(framesAsked).toHaveLength(1);
    const slow = new Later<void>();
    sessions.slow.set('film two', slow.promise);
    await open('two');
    const opened = desk.openVideo(library, video.element);
    await open('one');
    await openVideo();
    const shown = video.src;
    slow.resolve();
    await opened;
    expect(video.src).toBe(shown);
    expect(framesAsked.map(({ id }) => id)).toEqual(['one', 'one']);
  });

  it('drops the frames of a film that come when another is open', async () => {
    const first = desk.openVideo(library, video.element);
    await until(() => framesAsked.length === 1);
    await open('two');
    await openVideo();
    await first;
    expect(workers[1].terminated).toBe(true);
    desk.player.seek(79_999);
    expect(desk.player.frameUs).toBe(40_000);
  });

  it('steps by guess where the frames cannot be read, and says where the film cannot', async () => {
    const opened = desk.openVideo(library, video.element);
    await until(() => framesAsked.length === 1);
    framesAsked[0].answer.reject(new Fault('export-codec', 'cannot be read here'));
    await opened;
    expect([desk.videoFault, video.src === '']).toEqual([undefined, false]);
    await open('two');
    sessions.videoFault = new Fault('storage-failed', 'gone');
    await desk.openVideo(library, video.element);
    expect(desk.videoFault?.code).toBe('storage-failed');
    sessions.videoFault = undefined;
    desk.retryVideo();
    await openVideo();
    expect([desk.videoFault, desk.player.frameUs]).toEqual([undefined, 0]);
  });
});
