import { noticeWords, type NoticeWords } from '../../src/sessions/page/recording/recording-words';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../src/base/shared/fault';
import type { FinishedRecording, RecordingStatus } from '../../src/sessions/shared/recorder';
import type { LabelRef } from '../../src/base/shared/labels/label-ref';
import type { HumanEdit, SessionManifest, Snapshot } from '../../src/sessions/shared/session';
import type { CameraController } from '../../src/recognise/page/camera/camera-controller';
import type { LiveRecognition } from '../../src/recognise/page/live/live-recognition';
import type { RecogniserController } from '../../src/recognise/page/model/recogniser-controller';
import { RecordingController } from '../../src/sessions/page/recording/recording-controller';
import type { RecordingOptions, RunningRecording } from '../../src/sessions/page/recording/recording';
import { LabelBook } from '../../src/sessions/page/label-book';
import { SessionStore } from '../../src/sessions/page/library/session-store';
import { FakeDevices, FakeHost, FakePage, FakeVideo, Later, settled } from '../support/fake-page';
import { spawn } from '../support/fake-worker';
import { CAT, DOG, manifestOf } from '../support/session-fixture';

const STATUS: RecordingStatus = {
  flushedUs: 1, bytes: 2, frames: 3, dropped: 4, recognitions: 5, lostRecognitions: 0, bytesLeft: undefined, secondsLeft: undefined,
  copy: undefined,
};
const KEPT = manifestOf({ id: 'this-one' });
const SNAPSHOT: Snapshot = { id: 's', timeUs: 0, file: '0.jpg', label: undefined };

/** A recording that the test tells what to answer. */
class FakeRecording implements RunningRecording {
  readonly id = 'this-one';
  readonly started = { video: KEPT.film, keptIn: 'device' as const };
  paused = false;
  nowUs = 0;
  dropped = 0;
  /** Whether it goes on while the page is hidden. */
  recordsHidden = true;
  readonly edits: HumanEdit[] = [];
  readonly snapshots: (LabelRef | undefined)[] = [];
  readonly sources: (MediaStream | undefined)[] = [];
  readonly ends: SessionManifest['ended'][] = [];
  readonly finished = new Later<FinishedRecording | undefined>();
  readonly edit = vi.fn((edits: readonly HumanEdit[]) => Promise.resolve(void this.edits.push(...edits)));
  readonly snapshot = vi.fn((label: LabelRef | undefined) => Promise.resolve((this.snapshots.push(label), SNAPSHOT)));
  readonly abandon = vi.fn();
  readonly submitted = vi.fn();
  readonly shown = vi.fn();

  constructor(readonly options: RecordingOptions) {}

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  sight(inSight: boolean): boolean {
    return inSight || this.recordsHidden;
  }

  sourceChanged(stream: MediaStream | undefined): void {
    this.sources.push(stream);
  }

  readonly copyTo = vi.fn((file: FileSystemFileHandle) => Promise.resolve(void file));

  finish(ended: SessionManifest['ended']): Promise<FinishedRecording | undefined> {
    this.ends.push(ended);
    return this.finished.promise;
  }
}

describe('RecordingController', () => {
  const camera = { state: 'live' as CameraController['state'], stream: undefined as MediaStream | undefined, videoFile: undefined };
  const live: Pick<LiveRecognition, 'tap'> = { tap: undefined };
  const video = new FakeVideo();
  let page: FakePage;
  let host: FakeHost;
  let recordings: FakeRecording[];
  let downloaded: FinishedRecording[];
  /** Sessions that are found broken off. */
  let broken: SessionManifest[];
  let begun: Later<void>;
  let controller: RecordingController;
  let store: SessionStore;
  let book: LabelBook;
  const stream = (): MediaStream => new FakeDevices().give({}).stream;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    page = new FakePage();
    vi.stubGlobal('navigator', {});
    Object.assign(camera, { state: 'live', stream: stream(), videoFile: undefined });
    live.tap = undefined;
    [host, recordings, downloaded, broken] = [new FakeHost(), [], [], []];
    begun = new Later();
    begun.resolve();
    const begin = async (options: RecordingOptions): Promise<RunningRecording> => {
      const recording = new FakeRecording(options);
      recordings.push(recording);
      await begun.promise;
      return recording;
    };
    store = new SessionStore(spawn({ recover: () => broken }));
    book = new LabelBook(undefined);
    const sources = {
      camera: camera as CameraController,
      recogniser: {} as RecogniserController,
      live: live as LiveRecognition,
      video: video.element,
      sure: () => true,
      store,
      book,
    };
    const download = (finished: FinishedRecording): Promise<void> => Promise.resolve(void downloaded.push(finished));
    controller = new RecordingController(host, () => sources, { begin, download });
    host.connect();
  });
  afterEach(() => {
    store.dispose();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  async function record(): Promise<FakeRecording> {
    await controller.start('zoo');
    return recordings[recordings.length - 1];
  }

  it('starts, is told of the frames, and asks before the page is left; ends, and tells what was kept', async () => {
    begun = new Later();
    const started = controller.start('zoo');
    expect([controller.state, live.tap, page.asksBeforeItIsLeft]).toEqual(['starting', undefined, false]);
    begun.resolve();
    await started;
    const [recording] = recordings;
    expect(recording.options).toMatchObject({ name: 'zoo', video: video.element });
    expect([controller.state, live.tap, page.asksBeforeItIsLeft]).toEqual(['recording', recording, true]);
    const ended = controller.stop();
    expect([controller.state, live.tap]).toEqual(['ending', undefined]);
    recording.finished.resolve({ manifest: KEPT, files: undefined });
    await ended;
    expect([controller.state, controller.notice]).toEqual(['off', { kind: 'kept', session: KEPT }]);
    expect([recording.ends, page.asksBeforeItIsLeft, downloaded]).toEqual([[undefined], false, []]);
  });

  it('is one recording, however often it is started and stopped', async () => {
    begun = new Later();
    const starts = [controller.start('a'), controller.start('b')];
    begun.resolve();
    await Promise.all(starts);
    await controller.start('c');
    expect(recordings.map((r) => r.options.name)).toEqual(['a']);
    const stops = [controller.stop(), controller.stop()];
    await controller.start('d');
    recordings[0].finished.resolve({ manifest: KEPT, files: undefined });
    await Promise.all(stops);
    expect([recordings.length, recordings[0].ends.length, controller.state]).toEqual([1, 1, 'off']);
    await controller.start('e');
    expect([controller.state, controller.notice]).toEqual(['recording', undefined]);
  });

  it('says why it could not begin, and begins at the next try', async () => {
    begun = new Later();
    begun.reject(new Fault('no-recorder', 'neither way'));
    await controller.start('zoo');
    expect([controller.state, page.asksBeforeItIsLeft]).toEqual(['off', false]);
    expect(controller.notice).toMatchObject({ kind: 'fault', fault: { code: 'no-recorder' } });
    begun = new Later();
    begun.resolve();
    await controller.start('zoo');
    expect([controller.state, controller.notice]).toEqual(['recording', undefined]);
  });

  it('ends at once where the camera went off while it started', async () => {
    begun = new Later();
    const started = controller.start('zoo');
    camera.state = 'off';
    begun.resolve();
    await started;
    await settled();
    expect([controller.state, recordings[0].ends]).toEqual(['ending', [undefined]]);
  });

  it('ends where its element goes, also while it starts', async () => {
    const first = await record();
    host.disconnect();
    expect(first.ends).toEqual([undefined]);
    first.finished.resolve({ manifest: KEPT, files: undefined });
    await settled();
    host.connect();
    begun = new Later();
    const started = controller.start('zoo');
    host.disconnect();
    begun.resolve();
    await started;
    expect([recordings[1].ends, live.tap]).toEqual([[undefined], undefined]);
  });

  it('tells of a session without a picture, and hands over what could not be kept', async () => {
    const first = await record();
    first.finished.resolve(undefined);
    await controller.stop();
    expect(controller.notice).toEqual({ kind: 'empty' });
    const second = await record();
    const files = new Map([['film.mp4', new Blob(['film'])]]);
    second.finished.resolve({ manifest: KEPT, files });
    await controller.stop();
    expect(controller.notice).toEqual({ kind: 'downloaded' });
    expect(downloaded).toEqual([{ manifest: KEPT, files }]);
  });

  it('says how the film in a chosen file ended, whatever was said before, and also where a fault ended it', async () => {
    const whole = { name: 'chosen.mp4', failed: undefined };
    const broken = { ...whole, failed: 'full' };
    const words: NoticeWords[] = [];
    for (const [copy, fault] of [[whole], [broken], [broken, 'storage-full']] as const) {
      const recording = await record();
      recording.options.onEvent({ kind: 'status', status: { ...STATUS, copy: whole } });
      recording.finished.resolve({ manifest: KEPT, files: undefined, copy });
      await controller.stop(fault && new Fault(fault, 'no room'));
      expect(controller.notice).toMatchObject({ kind: fault ? 'fault' : 'kept', session: KEPT, copy });
      if (controller.notice) words.push(noticeWords(controller.notice));
    }
    expect(words.map(({ urgent }) => urgent)).toEqual([false, true, true]);
    expect(words[0].text).toContain('The film is in chosen.mp4 as well.');
    expect(words[1].text).toContain('The film in chosen.mp4 is not whole. Export the session to have the film elsewhere.');
    expect(words[2].text).toContain('The film in chosen.mp4 is not whole.');
  });

  it('ends where the room runs out, and tells why with what was kept', async () => {
    const recording = await record();
    recording.options.onEvent({ kind: 'must-end', code: 'storage-full', message: 'no room' });
    expect([controller.state, recording.ends]).toEqual(['ending', ['storage-full']]);
    recording.finished.resolve({ manifest: KEPT, files: undefined });
    await settled();
    expect(controller.notice).toMatchObject({ kind: 'fault', fault: { code: 'storage-full', message: 'no room' }, session: KEPT });
  });

  it('hands over what can be read back where the files are gone, however that was noticed', async () => {
    const files = new Map([['film.mp4', new Blob(['film'])]]);
    const gone = { manifest: KEPT, files, gone: true };
    const first = await record();
    first.options.onEvent({ kind: 'must-end', code: 'storage-cleared', message: 'not there' });
    first.finished.resolve(gone);
    await settled();
    expect(controller.notice).toMatchObject({ kind: 'fault', fault: { code: 'storage-cleared', message: 'not there' }, handed: KEPT });
    const second = await record();
    second.finished.resolve(gone);
    await controller.stop();
    expect(controller.notice).toMatchObject({ kind: 'fault', fault: { code: 'storage-cleared' }, handed: KEPT });
    expect(downloaded).toEqual([gone, gone]);
  });

  it('says that something is lost where a recorder died that had written, and nothing is found, also where the store gives no answer', async () => {
    const recording = await record();
    recording.options.onEvent({ kind: 'status', status: STATUS });
    vi.spyOn(store, 'recover').mockReturnValue(new Promise(() => undefined));
    recording.options.onDeath(new Fault('recording-failed', 'boom'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(controller.notice).toMatchObject({ kind: 'fault', fault: { code: 'recording-failed' }, lost: true });
  });

  it('makes whole what a recorder left that died, and can record again', async () => {
    broken = [manifestOf({ id: 'another' }), KEPT];
    const recording = await record();
    recording.options.onDeath(new Fault('worker-crashed', 'boom'));
    expect([controller.state, live.tap, page.asksBeforeItIsLeft]).toEqual(['off', undefined, false]);
    expect(recording.abandon).toHaveBeenCalledOnce();
    await settled();
    expect(controller.notice).toMatchObject({ kind: 'fault', fault: { code: 'worker-crashed' }, session: { id: 'this-one' } });
    await controller.start('again');
    expect(controller.state).toBe('recording');
  });

  it('tells once of a recorder that dies while it ends', async () => {
    broken = [KEPT];
    const recording = await record();
    const ended = controller.stop();
    recording.options.onDeath(new Fault('worker-crashed', 'boom'));
    expect([controller.state, recording.abandon.mock.calls.length]).toEqual(['ending', 0]);
    recording.finished.reject(new Fault('worker-crashed', 'boom'));
    await ended;
    expect(controller.state).toBe('off');
    expect(controller.notice).toMatchObject({ kind: 'fault', fault: { code: 'worker-crashed' }, session: { id: 'this-one' } });
  });

  it('tells of sessions that were broken off before', async () => {
    await controller.recover();
    expect(controller.notice).toBeUndefined();
    broken = [KEPT];
    await controller.recover();
    expect(controller.notice).toEqual({ kind: 'recovered', sessions: [KEPT] });
    controller.dismiss();
    expect(controller.notice).toBeUndefined();
  });

  it('stands still as long as any reason for it lasts', async () => {
    const recording = await record();
    recording.recordsHidden = false;
    controller.pause();
    expect([controller.halt, recording.paused]).toEqual(['person', true]);
    page.show(false);
    expect(controller.halt).toBe('hidden');
    controller.resume();
    expect([controller.halt, recording.paused]).toEqual(['hidden', true]);
    page.show(true);
    expect([controller.halt, recording.paused]).toEqual([undefined, false]);
    // Another view is shown.
    controller.sight(false);
    expect(controller.halt).toBe('hidden');
    controller.sight(true);
    expect(controller.halt).toBeUndefined();
    recording.recordsHidden = true;
    page.show(false);
    expect([controller.halt, recording.paused]).toEqual([undefined, false]);
  });

  it('goes over to another camera, waits while there is none, and ends where it is turned off', async () => {
    const recording = await record();
    const other = stream();
    camera.stream = other;
    host.requestUpdate();
    await host.updateComplete;
    expect([recording.sources, controller.halt]).toEqual([[other], undefined]);
    Object.assign(camera, { stream: undefined, state: 'fault' });
    host.requestUpdate();
    await host.updateComplete;
    expect([controller.halt, controller.state]).toEqual(['camera', 'recording']);
    Object.assign(camera, { stream: other, state: 'live' });
    host.requestUpdate();
    await host.updateComplete;
    expect([recording.sources, controller.halt, recording.paused]).toEqual([[other, undefined, other], undefined, false]);
    camera.state = 'off';
    host.requestUpdate();
    await host.updateComplete;
    expect(controller.state).toBe('ending');
  });

  it('makes a span of what is held, and of a tap until the next one; a picture is kept with a label and without', async () => {
    const recording = await record();
    const tap = (): void => {
      controller.press('tap', CAT, true);
      controller.release('tap');
    };
    tap();
    await controller.snapshot();
    expect([recording.snapshots, controller.snapshots, controller.lastSnapshot]).toEqual([[CAT], 1, CAT]);
    expect(recording.snapshot).toHaveBeenLastCalledWith(CAT, true);
    tap();
    await controller.snapshot();
    expect(recording.snapshot).toHaveBeenLastCalledWith(undefined, false);
    recording.snapshots.length = 1;
    recording.edits.length = 0;
    recording.nowUs = 1_000_000;
    controller.press('1', CAT);
    controller.press('2', DOG);
    vi.advanceTimersByTime(350);
    expect(controller.held).toEqual([CAT, DOG]);
    recording.nowUs = 3_000_000;
    controller.release('1');
    controller.cancel('2');
    expect(recording.edits).toMatchObject([
      { kind: 'put-span', span: { startUs: 1_000_000, endUs: 3_000_000, label: CAT } },
      { kind: 'put-span', span: { startUs: 1_000_000, endUs: 3_000_000, label: DOG } },
    ]);
    expect(book.slots.map((slot) => slot.label)).toEqual(expect.arrayContaining([CAT, DOG]));
    // Taken back before it was held: nothing.
    controller.press('3', CAT);
    controller.cancel('3');
    expect([recording.edits.length, controller.held]).toEqual([2, []]);
    controller.press('3', DOG, true);
    vi.advanceTimersByTime(349);
    controller.release('3');
    vi.advanceTimersByTime(9000);
    expect([recording.edits.length, controller.held]).toEqual([2, [DOG]]);
    recording.nowUs = 4_000_000;
    controller.press('3', DOG);
    controller.release('3');
    expect(recording.edits.slice(2)).toMatchObject([{ kind: 'put-span', span: { startUs: 3_000_000, endUs: 4_000_000, label: DOG, accepted: true } }]);
    expect([controller.held, recording.snapshots.length]).toEqual([[], 1]);
    // A page that is busy hears of a tap late, and of its end later still: it stays a tap.
    const atMs = performance.now();
    controller.press('3', CAT, false, atMs);
    vi.advanceTimersByTime(900);
    controller.release('3', atMs + 80);
    expect([recording.edits.length, controller.held]).toEqual([3, [CAT]]);
    // And of a hold: it labels what was filmed meanwhile.
    recording.nowUs = 9_000_000;
    controller.press('4', DOG, false, performance.now() - 900);
    controller.release('4', performance.now() - 300);
    expect(recording.edits.slice(3)).toMatchObject([{ kind: 'put-span', span: { startUs: 8_100_000, endUs: 8_700_000, label: DOG } }]);
    // What was pressed while the video stood still begins where it goes on.
    controller.pause();
    controller.resume();
    controller.press('5', DOG, false, performance.now() - 900);
    recording.nowUs = 9_500_000;
    controller.release('5');
    expect(recording.edits.at(-1)).toMatchObject({ kind: 'put-span', span: { startUs: 9_000_000, endUs: 9_500_000, label: DOG } });
  });

  it('writes held spans each second, so that a crash keeps them, and whole at a pause and at the end', async () => {
    const recording = await record();
    vi.advanceTimersByTime(5000);
    controller.press('1', CAT);
    vi.advanceTimersByTime(400);
    recording.nowUs = 400_000;
    recording.dropped = 7;
    recording.options.onEvent({ kind: 'status', status: STATUS });
    expect(controller.status).toEqual({ ...STATUS, dropped: 11 });
    recording.options.onEvent({ kind: 'status', status: STATUS });
    vi.advanceTimersByTime(1000);
    recording.nowUs = 1_400_000;
    recording.options.onEvent({ kind: 'status', status: STATUS });
    const ends = (): number[] => recording.edits.map((edit) => (edit.kind === 'put-span' ? edit.span.endUs : NaN));
    expect(ends()).toEqual([400_000, 1_400_000]);
    recording.nowUs = 2_000_000;
    controller.pause();
    expect(ends()).toEqual([400_000, 1_400_000, 2_000_000]);
    const ids = recording.edits.map((edit) => (edit.kind === 'put-span' ? edit.span.id : ''));
    expect(new Set(ids).size).toBe(1);
    // Nothing can be labelled while it stands still.
    controller.press('2', DOG);
    controller.release('2');
    await controller.snapshot();
    expect([recording.edits.length, recording.snapshots]).toEqual([3, []]);
    controller.resume();
    controller.press('2', DOG);
    vi.advanceTimersByTime(400);
    recording.nowUs = 3_000_000;
    void controller.stop();
    expect(ends()).toEqual([400_000, 1_400_000, 2_000_000, 3_000_000]);
  });

  it('lets go of labels at a pause once the video stands still, at the time where it goes on', async () => {
    const recording = await record();
    controller.press('1', CAT);
    vi.advanceTimersByTime(400);
    recording.nowUs = 2_000_000;
    recording.pause = () => {
      recording.nowUs = 1_950_000;
    };
    controller.pause();
    expect(recording.edits).toMatchObject([{ kind: 'put-span', span: { startUs: 0, endUs: 1_950_000 } }]);
  });

  it('ends where a label cannot be written', async () => {
    const recording = await record();
    recording.edit.mockRejectedValueOnce(new Fault('storage-full', 'no room'));
    controller.press('1', CAT);
    vi.advanceTimersByTime(400);
    recording.nowUs = 400_000;
    controller.release('1');
    await settled();
    expect([controller.state, recording.ends]).toEqual(['ending', ['storage-full']]);
  });

  it('goes on where a snapshot cannot be kept, and says so while that recording runs', async () => {
    const recording = await record();
    recording.snapshot.mockRejectedValueOnce(new Fault('storage-failed', 'no'));
    await controller.snapshot();
    expect(controller.notice).toMatchObject({ kind: 'fault', fault: { code: 'storage-failed' } });
    expect([controller.state, controller.snapshots, book.slots]).toEqual(['recording', 0, []]);
    const late = new Later<Snapshot>();
    recording.snapshot.mockReturnValueOnce(late.promise);
    const snapshot = controller.snapshot();
    recording.finished.resolve({ manifest: KEPT, files: undefined });
    await controller.stop();
    late.reject(new Fault('worker-crashed', 'was closed'));
    await snapshot;
    expect(controller.notice).toEqual({ kind: 'kept', session: KEPT });
  });
});
