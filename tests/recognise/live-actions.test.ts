import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SettingsStore } from '../../src/base/page/settings';
import { AimController } from '../../src/recognise/page/live/aim-controller';
import { LiveActions } from '../../src/recognise/page/live/live-actions';
import { LiveRecognition } from '../../src/recognise/page/live/live-recognition';
import { CameraController } from '../../src/recognise/page/camera/camera-controller';
import type { Recognition } from '../../src/recognise/shared/recogniser';
import { TORCHVISION_PREPROCESSING } from '../../src/engine/index';
import { FakeDevices, FakeHost, FakePage, settled } from '../support/fake-page';

describe('what was seen and set in the live view', () => {
  let camera: CameraController;
  let live: LiveRecognition;
  let actions: LiveActions;

  beforeEach(() => {
    new FakePage();
    vi.stubGlobal('navigator', { mediaDevices: new FakeDevices() });
    const host = new FakeHost();
    const settings = new SettingsStore();
    camera = new CameraController(host);
    live = new LiveRecognition(host, () => ({ opened: () => Promise.resolve(), recognise: () => Promise.reject(new Error('none')) }));
    const aim = new AimController(host, () => ({ source: camera.stream, lens: undefined, frozen: false, mirrored: false, preprocessing: TORCHVISION_PREPROCESSING }), () => undefined);
    const parts = { active: true, camera, settings, aim, recorder: undefined, showSources: () => undefined, takePicture: () => undefined, confirmStop: () => Promise.resolve(true) };
    actions = new LiveActions(Object.assign(host, parts), live);
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
