import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TeachClient } from '../../src/teach/page/teach-client';
import { Fault } from '../../src/base/shared/fault';
import { TEACH_CHANNEL, type NewExample, type TeachState, type TaughtClass } from '../../src/teach/shared/teach';
import type { Collector } from '../../src/teach/page/example-collector';
import { TeachController } from '../../src/teach/page/teach-controller';
import type { FeatureModel } from '../../src/recognise/shared/feature-model';
import type { TeachProgress } from '../../src/teach/shared/train-head';
import { FakeHost, FakeVideo, Later, settled, until } from '../support/fake-page';
import { spawn, workers } from '../support/fake-worker';

const MODEL: FeatureModel = { id: 'resnet18', name: 'ResNet-18', precision: 'fp32', sha256: 'aa', width: 2 };
const OTHER: FeatureModel = { ...MODEL, sha256: 'bb' };
const EXAMPLE: NewExample = { features: Float32Array.of(1, 2), image: undefined, group: 'g', source: 'camera' };
const VIDEO = new FakeVideo().element;

function taughtClass(id: string, examples: number, sha256 = MODEL.sha256, image?: Blob): TaughtClass {
  const each = (_: unknown, i: number): TaughtClass['examples'][number] => ({ id: `${id}${i}`, group: '', addedAt: 0, source: 'camera', image, modelSha256: sha256 });
  return { id, name: `the ${id}`, other: false, createdAt: 0, examples: Array.from({ length: examples }, each) };
}
const stateOf = (classes: readonly TaughtClass[], stale = false): TeachState => ({ classes, stale, result: undefined, model: undefined, enabled: true, kept: true, unreadable: 0 });

/** What the worker does, on the other side of a channel. */
class FakeService {
  answer = stateOf([taughtClass('mug', 1)]);
  /** Calls but for `state`, by name, with what matters of their arguments. */
  readonly calls: unknown[][] = [];
  /** The next call ends with it. */
  fault: Fault | undefined;
  /** `state` waits for it. */
  reading: Promise<void> = Promise.resolve();
  readonly trainings: { readonly report: (progress: TeachProgress) => Promise<void>; readonly end: Later<undefined> }[] = [];
  #tokens = 0;

  #note<T>(answer: T, ...call: unknown[]): T {
    this.calls.push(call);
    const { fault } = this;
    this.fault = undefined;
    if (fault) throw fault;
    return answer;
  }

  async state(): Promise<TeachState> {
    const { answer } = this;
    await this.reading;
    return answer;
  }
  addClass = (name: string): string => this.#note('new', 'addClass', name);
  addExamples = (id: string, { sha256 }: FeatureModel, examples: readonly NewExample[]): number => this.#note(++this.#tokens, 'addExamples', id, sha256, examples.length);
  updateFeatures = ({ sha256 }: FeatureModel, updates: readonly { id: string }[]): void => this.#note(undefined, 'updateFeatures', sha256, updates.map(({ id }) => id));
  deleteExamples = (ids: readonly string[]): number => this.#note(++this.#tokens, 'deleteExamples', ids);
  deleteClass = (id: string): number => this.#note(++this.#tokens, 'deleteClass', id);
  undo = (token: number): void => this.#note(undefined, 'undo', token);
  cancel = (): void => this.#note(undefined, 'cancel');
  train = (_: FeatureModel, report: (progress: TeachProgress) => Promise<void>): Promise<undefined> => {
    const end = new Later<undefined>();
    this.trainings.push({ report, end });
    return this.#note(end.promise, 'train');
  };
}

/** Gives examples when the test says so. */
class FakeCollector implements Collector {
  readonly images: { readonly name: string; readonly answer: Later<NewExample> }[] = [];
  readonly again = vi.fn((_: Blob) => Promise.resolve({ features: EXAMPLE.features }));
  burstFault: Fault | undefined;

  async burst(_: HTMLVideoElement, goOn: () => boolean, onExample: (example: NewExample) => void): Promise<void> {
    while (goOn()) {
      onExample(EXAMPLE);
      if (this.burstFault) throw this.burstFault;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  fromImage(file: Blob): Promise<NewExample> {
    const answer = new Later<NewExample>();
    this.images.push({ name: (file as File).name, answer });
    return answer.promise;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- frames come one by one
  async *fromVideo(_: Blob, spans: readonly unknown[], count: number): AsyncGenerator<NewExample> {
    for (let i = 0; i < spans.length * count; i++) yield EXAMPLE;
  }
}

describe('TeachController', () => {
  let host: FakeHost;
  let service: FakeService;
  let collector: FakeCollector;
  let model: FeatureModel | undefined;
  let teach: TeachController;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    [host, service, collector, model] = [new FakeHost(), new FakeService(), new FakeCollector(), MODEL];
    const client = new TeachClient(spawn(service));
    teach = new TeachController(host, () => Promise.reject(new Error('no network here')), () => model, { client, collector });
    host.connect();
    await until(() => teach.state !== undefined);
  });
  afterEach(() => {
    host.disconnect();
    vi.useRealTimers();
  });

  const named = (name: string): unknown[][] => service.calls.filter(([call]) => call === name);
  /** Waits until the worker was called so often. */
  const called = (name: string, times = 1): Promise<void> => until(() => named(name).length === times);
  /** The worker has other classes now, and tells. */
  async function changeTo(state: TeachState): Promise<void> {
    service.answer = state;
    const channel = new BroadcastChannel(TEACH_CHANNEL);
    channel.postMessage({ kind: 'things' });
    await until(() => JSON.stringify(teach.state) === JSON.stringify(state));
    channel.close();
  }
  const files = (...names: string[]): File[] => names.map((name) => new File([name], name));
  /** Answers the next image that is asked for. */
  async function look(name: string, answer: NewExample | Error = EXAMPLE): Promise<void> {
    await until(() => collector.images.length > 0);
    const image = collector.images.shift();
    expect(image?.name).toBe(name);
    if (answer instanceof Error) image?.answer.reject(answer);
    else image?.answer.resolve(answer);
  }

  it('shows what is taught, and what another tab changes', async () => {
    expect(teach.state).toEqual(service.answer);
    await changeTo(stateOf([taughtClass('mug', 2), taughtClass('key', 1)]));
    expect(teach.state?.classes.map((t) => t.examples.length)).toEqual([2, 1]);
  });

  it('shows the answer to the latest question, whichever comes last', async () => {
    const slow = new Later<void>();
    service.reading = slow.promise;
    const older = teach.refresh();
    await settled();
    service.answer = stateOf([taughtClass('key', 3)]);
    service.reading = Promise.resolve();
    await teach.refresh();
    slow.resolve();
    await older;
    expect(teach.state?.classes.map((t) => t.id)).toEqual(['key']);
  });

  it('learns half a second after the last change, while somebody looks', async () => {
    await changeTo(stateOf([taughtClass('mug', 2)], true));
    await vi.advanceTimersByTimeAsync(5000);
    expect(named('train')).toEqual([]);
    teach.active = true;
    vi.advanceTimersByTime(499);
    await changeTo(stateOf([taughtClass('mug', 3)], true));
    vi.advanceTimersByTime(499);
    await settled();
    expect(named('train')).toEqual([]);
    vi.advanceTimersByTime(1);
    await called('train');
    expect(teach.progress).toEqual({ done: 0, total: 1 });
    service.trainings[0].end.resolve(undefined);
    await until(() => teach.progress === undefined);
  });

  it('learns nothing where there is nothing new, or nothing of the network that runs', async () => {
    teach.active = true;
    await changeTo(stateOf([taughtClass('mug', 2)], false));
    await changeTo(stateOf([taughtClass('mug', 2, OTHER.sha256)], true));
    model = undefined;
    await changeTo(stateOf([taughtClass('mug', 3)], true));
    vi.advanceTimersByTime(5000);
    await settled();
    expect(named('train')).toEqual([]);
  });

  it('shows how far the latest learning is, until it is cancelled', async () => {
    const first = teach.train();
    await called('train');
    const second = teach.train();
    await called('train', 2);
    await service.trainings[1].report({ done: 3, total: 4 });
    await service.trainings[0].report({ done: 1, total: 4 });
    expect(teach.progress).toEqual({ done: 3, total: 4 });
    service.trainings[0].end.resolve(undefined);
    await first;
    expect(teach.progress).toEqual({ done: 3, total: 4 });
    teach.cancel();
    expect(teach.progress).toBeUndefined();
    await called('cancel');
    await service.trainings[1].report({ done: 4, total: 4 });
    service.trainings[1].end.resolve(undefined);
    await second;
    expect(teach.progress).toBeUndefined();
  });

  it('takes examples until it is told to stop, keeps them, and offers to take them back', async () => {
    teach.active = true;
    const held = teach.hold('mug', VIDEO);
    await until(() => (teach.collecting?.examples.length ?? 0) >= 3);
    // A second finger, another class.
    await teach.hold('key', VIDEO);
    expect(teach.collecting?.classId).toBe('mug');
    // Nothing is learned meanwhile, whatever changes.
    await changeTo(stateOf([taughtClass('mug', 2)], true));
    vi.advanceTimersByTime(5000);
    await settled();
    expect(named('train')).toEqual([]);
    teach.release();
    const taken = teach.collecting?.examples.length;
    await held;
    expect(named('addExamples')).toEqual([['addExamples', 'mug', 'aa', taken]]);
    expect(teach.undoOffer).toEqual({ token: 1, kind: 'added', count: taken, name: 'the mug' });
    expect([teach.collecting, teach.holding, named('train')]).toEqual([undefined, false, []]);
    vi.advanceTimersByTime(500);
    await called('train');
    await teach.undo();
    expect([named('undo'), teach.undoOffer]).toEqual([[['undo', 1]], undefined]);
    // Once is enough.
    await teach.undo();
    expect(named('undo')).toHaveLength(1);
  });

  it('takes no more examples than a thing holds', async () => {
    await changeTo(stateOf([taughtClass('mug', 498)]));
    await teach.hold('mug', VIDEO);
    expect(named('addExamples')).toEqual([['addExamples', 'mug', 'aa', 2]]);
    await teach.addSpans('mug', new Blob(), [{ startUs: 0, endUs: 1 }]);
    expect(named('addExamples')[1]).toEqual(['addExamples', 'mug', 'aa', 2]);
    const added = teach.addImages('mug', files('a.png', 'b.png', 'c.png'));
    expect(teach.collecting?.total).toBe(2);
    await look('a.png');
    await look('b.png');
    await added;
    expect(collector.images).toEqual([]);
  });

  it('keeps what was taken before a burst broke off', async () => {
    collector.burstFault = new Fault('no-model', 'gives no features');
    await teach.hold('mug', VIDEO);
    expect(teach.fault?.code).toBe('no-model');
    expect([teach.holding, named('addExamples').length]).toEqual([false, 1]);
  });

  it('looks at pictures one after the other, also at those that come meanwhile, and names those that cannot be read', async () => {
    const first = teach.addImages('mug', files('a.png', 'b.png'));
    const second = teach.addImages('key', files('c.png'));
    await second;
    expect(teach.collecting).toMatchObject({ classId: 'mug', total: 2 });
    await look('a.png', new Fault('model-invalid', 'is no picture'));
    await look('b.png');
    await first;
    await look('c.png');
    await called('addExamples', 2);
    await until(() => teach.collecting === undefined);
    expect(named('addExamples')).toEqual([['addExamples', 'mug', 'aa', 1], ['addExamples', 'key', 'aa', 1]]);
    expect([teach.unreadable, teach.fault]).toEqual([['a.png'], undefined]);
    teach.dismissFault();
    expect(teach.unreadable).toEqual([]);
  });

  it('ends a round of pictures where the network breaks, and keeps what was seen', async () => {
    const added = teach.addImages('mug', files('a.png', 'b.png', 'c.png'));
    await look('a.png');
    await look('b.png', new Fault('worker-crashed', 'boom'));
    await added;
    expect([teach.fault?.code, teach.unreadable, named('addExamples').length]).toEqual(['worker-crashed', [], 1]);
    expect(collector.images).toEqual([]);
  });

  it('offers the last change only, and for twelve seconds', async () => {
    await teach.deleteExample('mug0', 'the mug');
    vi.advanceTimersByTime(11_999);
    await teach.deleteClass('mug', 'the mug');
    expect(teach.undoOffer).toEqual({ token: 2, kind: 'deleted-thing', count: 1, name: 'the mug' });
    vi.advanceTimersByTime(11_999);
    expect(teach.undoOffer?.token).toBe(2);
    vi.advanceTimersByTime(1);
    expect(teach.undoOffer).toBeUndefined();
  });

  it('tells of a change that could not be kept, and offers nothing to take back', async () => {
    service.fault = new Fault('storage-full', 'no room');
    await teach.deleteClass('mug', 'the mug');
    expect([teach.fault?.code, teach.undoOffer]).toEqual(['storage-full', undefined]);
    service.fault = new Fault('name-taken', 'there is one');
    expect(await teach.addClass('mug')).toBeUndefined();
    expect(teach.fault?.code).toBe('name-taken');
    expect(await teach.addClass('key')).toBe('new');
  });

  it('outlives its worker: a call in flight ends with a fault, the next one starts another', async () => {
    service.reading = new Promise(() => undefined);
    const refreshed = teach.refresh();
    await settled();
    workers[0].crash('boom');
    await refreshed;
    expect(teach.fault).toMatchObject({ code: 'worker-crashed', message: 'The teaching worker failed: boom' });
    expect(await teach.addClass('key')).toBe('new');
    expect(workers).toHaveLength(2);
  });

  it('has the network that runs see again what another has seen, once at a time', async () => {
    const image = new Blob(['jpeg']);
    await changeTo(stateOf([taughtClass('mug', 2, OTHER.sha256, image), taughtClass('key', 1, OTHER.sha256), taughtClass('cup', 1)]));
    expect(teach.foreign.map((e) => e.id)).toEqual(['mug0', 'mug1', 'key0']);
    const relearnt = teach.relearn();
    expect(teach.relearning).toBe(0);
    await teach.relearn();
    await relearnt;
    expect(collector.again).toHaveBeenCalledTimes(2);
    expect(named('updateFeatures')).toEqual([['updateFeatures', 'aa', ['mug0', 'mug1']]]);
    expect(teach.relearning).toBeUndefined();
  });

  it('does nothing any more once its element has gone', async () => {
    teach.active = true;
    await teach.deleteExample('mug0', 'the mug');
    await changeTo(stateOf([taughtClass('mug', 2)], true));
    host.disconnect();
    vi.advanceTimersByTime(20_000);
    await settled();
    expect([named('train'), teach.undoOffer?.token, workers[0].terminated]).toEqual([[], 1, true]);
  });
});
