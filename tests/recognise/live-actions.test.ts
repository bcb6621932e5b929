import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SettingsStore } from '../../src/base/page/settings';
import { AimController } from '../../src/recognise/page/live/aim-controller';
import { LiveActions, type LiveParts } from '../../src/recognise/page/live/live-actions';
import type { RecorderSlot } from '../../src/recognise/page/live/recorder-slot';
import { LiveRecognition } from '../../src/recognise/page/live/live-recognition';
import { CameraController } from '../../src/recognise/page/camera/camera-controller';
import type { Recognition } from '../../src/recognise/shared/recogniser';
import { TORCHVISION_PREPROCESSING } from '../../src/engine/index';
import { FakeDevices, FakeHost, FakePage, settled } from '../support/fake-page';

describe('what was seen and set in the live view', () => {
  let camera: CameraController;
  let page: FakePage;
  let live: LiveRecognition;
  let actions: LiveActions;
  let confirmed: boolean;
  let recorder: RecorderSlot | undefined;

  beforeEach(() => {
    page = new FakePage();
    vi.stubGlobal('navigator', { mediaDevices: new FakeDevices() });
    const host = new FakeHost();
    const settings = new SettingsStore();
    camera = new CameraController(host);
    live = new LiveRecognition(host, () => ({ opened: () => Promise.resolve(), recognise: () => Promise.reject(new Error('none')) }));
    const aim = new AimController(host, () => ({ source: camera.stream, lens: undefined, frozen: false, mirrored: false, preprocessing: TORCHVISION_PREPROCESSING }), () => undefined);
    confirmed = true;
    recorder = undefined;
    const parts = {
      active: true, camera, settings, aim, showSources: () => undefined, takePicture: () => undefined, confirmStop: () => Promise.resolve(confirmed),
      get recorder() {
        return recorder;
      },
    };
    actions = new LiveActions(Object.defineProperties(host, Object.getOwnPropertyDescriptors(parts)) as FakeHost & LiveParts, live);
    host.connect();
  });
  afterEach(() => vi.unstubAllGlobals());

  it('ends with the camera, whoever stops it', async () => {
    await camera.start();
    await settled();
    actions.run('freeze');
    actions.run('pause');
    live.recognition = { id: 1 } as Recognition;
    await settled();
    expect([actions.frozen, actions.paused, live.recognition]).toEqual([true, true, { id: 1 }]);
    camera.stop();
    await settled();
    expect([actions.frozen, actions.paused, live.recognition]).toEqual([false, false, undefined]);
  });

  it('has the videos that wait until the last is played, or another source is wanted', async () => {
    const [a, b, c] = ['a.mkv', 'b.mp4', 'c.webm'].map((name) => new File(['x'], name));
    const waiting = (): string[] => actions.waitingVideos.map(({ name }) => name);
    await actions.openVideos([a, b, c]);
    await settled();
    expect([camera.videoFile?.name, waiting()]).toEqual(['a.mkv', ['b.mp4', 'c.webm']]);
    actions.run('next-video');
    await settled();
    expect([camera.videoFile?.name, waiting()]).toEqual(['b.mp4', ['c.webm']]);
    await camera.start();
    await settled();
    expect([camera.source, waiting()]).toEqual(['camera', []]);
  });

  it('goes on to the next video from one that cannot be played, which is named', async () => {
    page.playable = false;
    await actions.openVideos([new File(['x'], 'broken.mkv'), new File(['x'], 'whole.mkv')]);
    await settled();
    expect([camera.fault?.code, camera.fault?.file]).toEqual(['film-unreadable', 'broken.mkv']);
    page.playable = true;
    await actions.recover();
    await settled();
    expect([camera.fault, camera.videoFile?.name, actions.waitingVideos]).toEqual([undefined, 'whole.mkv', []]);
  });

  it('ends no recording for a video unasked', async () => {
    await camera.start();
    recorder = { recording: true } as RecorderSlot;
    confirmed = false;
    await actions.openVideos([new File(['x'], 'a.mkv')]);
    expect(camera.source).toBe('camera');
    confirmed = true;
    await actions.openVideos([new File(['x'], 'a.mkv')]);
    expect(camera.source).toBe('film');
  });

  it('ends when another camera is opened elsewhere', async () => {
    await camera.start({ deviceId: 'front' });
    await settled();
    actions.run('freeze');
    await settled();
    expect(actions.frozen).toBe(true);
    await camera.start({ deviceId: 'back' });
    await settled();
    expect([camera.state, actions.frozen]).toEqual(['live', false]);
  });
});
