import { beforeEach, describe, expect, it } from 'vitest';
import { StillLook, type Still } from '../../src/recognise/page/look/still-look';
import type { RecogniserController } from '../../src/recognise/page/model/recogniser-controller';
import type { FrameInput, LoadedModel, LookMap, Recognition, RecogniseOptions } from '../../src/recognise/shared/recogniser';
import { FakeHost, Later, settled } from '../support/fake-page';

const MAP = { index: 3 } as LookMap;

/** A recogniser whose answers the test gives. */
class FakeRecogniser implements Pick<RecogniserController, 'recognise' | 'state' | 'loaded'> {
  state: RecogniserController['state'] = 'ready';
  loaded: LoadedModel | undefined = { loadMs: 1 } as LoadedModel;
  readonly calls: { readonly frame: FrameInput; readonly options: RecogniseOptions; readonly answer: Later<Recognition> }[] = [];

  recognise(frame: FrameInput, options: RecogniseOptions): Promise<Recognition> {
    const answer = new Later<Recognition>();
    this.calls.push({ frame, options, answer });
    return answer.promise;
  }

  answer(call: number, hasMap = true): Promise<void> {
    this.calls[call].answer.resolve({ id: call, ...(hasMap && { look: MAP }) } as Recognition);
    return settled();
  }
}

let host: FakeHost;
let recogniser: FakeRecogniser;
let wishes: Pick<RecogniseOptions, 'aim' | 'map'>;
let look: StillLook;

const named = (width: number): Still & { closed: number } => {
  const still = { closed: 0, frame: () => Promise.resolve({ width } as FrameInput), close: () => void still.closed++ };
  return still;
};
const widths = (): unknown[] => recogniser.calls.map(({ frame }) => (frame as { width: number }).width);

beforeEach(() => {
  host = new FakeHost();
  recogniser = new FakeRecogniser();
  wishes = { map: true };
  look = new StillLook(host, () => recogniser, () => wishes);
});

describe('StillLook', () => {
  it('recognises as a still, and after a run once more with the newest wishes only', async () => {
    look.open(named(1));
    await settled();
    expect(recogniser.calls.map(({ options: { live, map } }) => [live, map])).toEqual([[false, true]]);
    for (const side of [0.1, 0.2, 0.3]) {
      wishes = { map: true, aim: { x: 0.5, y: 0.5, side } };
      look.again();
    }
    await recogniser.answer(0);
    expect(look.recognition?.id).toBe(0);
    expect(recogniser.calls.map(({ options }) => options.aim?.side)).toEqual([undefined, 0.3]);
    await recogniser.answer(1);
    expect([look.recognition?.id, recogniser.calls.length]).toEqual([1, 2]);
  });

  it('drops the answer for an image that is gone, gives its memory back, and keeps the shown answer where that is wished', async () => {
    const [first, second, third] = [named(1), named(2), named(3)];
    look.open(first);
    await settled();
    look.open(second);
    expect(first.closed).toBe(1);
    await recogniser.answer(0);
    expect(look.recognition).toBeUndefined();
    await recogniser.answer(1);
    look.open(third, true);
    await settled();
    expect([look.recognition?.id, widths()]).toEqual([1, [1, 2, 3]]);
    look.close();
    expect([look.recognition, second.closed, third.closed]).toEqual([undefined, 1, 1]);
  });

  it('asks again where a model is loaded anew, and waits for one', async () => {
    recogniser.state = 'loading';
    recogniser.loaded = undefined;
    look.open(named(1));
    await settled();
    expect([recogniser.calls.length, look.lack]).toEqual([0, 'model']);
    recogniser.loaded = { loadMs: 2 } as LoadedModel;
    host.requestUpdate();
    await settled();
    expect(recogniser.calls).toHaveLength(0);
    recogniser.state = 'ready';
    host.requestUpdate();
    await settled();
    expect([recogniser.calls.length, look.lack]).toEqual([1, undefined]);
    await recogniser.answer(0, false);
    expect([look.lack, recogniser.calls.length]).toEqual(['map', 1]);
    recogniser.loaded = { loadMs: 3 } as LoadedModel;
    host.requestUpdate();
    await settled();
    await recogniser.answer(1);
    expect([look.lack, recogniser.calls.length]).toEqual([undefined, 2]);
  });

  it('says that a run failed until one does not; a map that was not asked for does not lack', async () => {
    look.open(named(1));
    await settled();
    recogniser.calls[0].answer.reject(new Error('broken'));
    await settled();
    expect(look.lack).toBe('answer');
    wishes = {};
    look.again();
    await settled();
    await recogniser.answer(1, false);
    expect(look.lack).toBeUndefined();
  });

  it('looks at an image that comes while the one before is read', async () => {
    const slow = new Later<FrameInput>();
    look.open({ frame: () => slow.promise });
    look.open(named(2));
    slow.reject(new Error('gone'));
    await settled();
    expect([look.failed, widths()]).toEqual([false, [2]]);
  });
});
