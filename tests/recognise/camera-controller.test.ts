import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../src/base/shared/fault';
import { CameraController } from '../../src/recognise/page/camera/camera-controller';
import { FakeDevices, FakeHost, FakePage, Later, settled } from '../support/fake-page';

describe('CameraController', () => {
  let page: FakePage;
  let devices: FakeDevices;
  let host: FakeHost;
  let camera: CameraController;

  beforeEach(() => {
    page = new FakePage();
    devices = new FakeDevices();
    vi.stubGlobal('navigator', { mediaDevices: devices });
    host = new FakeHost();
    camera = new CameraController(host);
    host.connect();
  });
  afterEach(() => vi.unstubAllGlobals());

  /** The next answer of `getUserMedia`, for the test to give. */
  function hold(): Later<void> {
    const answer = new Later<void>();
    devices.answers.push(answer);
    return answer;
  }

  it('starts the camera of the other side, and names all cameras', async () => {
    expect([camera.state, camera.deviceId, camera.facesUser]).toEqual(['off', '', undefined]);
    const started = camera.start();
    expect(camera.state).toBe('starting');
    await started;
    await settled();
    expect([camera.state, camera.source, camera.deviceId, camera.facesUser]).toEqual(['live', 'camera', 'back', false]);
    expect(camera.devices.map((d) => d.deviceId)).toEqual(['front', 'back']);
    expect(camera.lens).toBeDefined();
    expect(host.updates).toBeGreaterThan(0);
  });

  it('gives one camera back before it opens the next', async () => {
    await camera.start();
    await camera.start({ deviceId: 'front' });
    expect([camera.state, camera.deviceId]).toEqual(['live', 'front']);
    expect(devices.tracks.map((t) => t.readyState)).toEqual(['ended', 'live']);
  });

  it('started twice, takes the later answer, and gives back what the earlier call opened', async () => {
    const [first, second] = [hold(), hold()];
    const calls = [camera.start({ deviceId: 'back' }), camera.start({ deviceId: 'front' })];
    second.resolve();
    await calls[1];
    expect(camera.deviceId).toBe('front');
    // The phone had the first one ready only now.
    devices.tracks[0].readyState = 'ended';
    first.resolve();
    await calls[0];
    expect([camera.state, camera.deviceId]).toEqual(['live', 'front']);
    expect(devices.tracks[1].readyState).toBe('ended');
  });

  it('started twice, does not tell of a fault of the earlier call', async () => {
    const [first, second] = [hold(), hold()];
    const calls = [camera.start(), camera.start()];
    second.resolve();
    await calls[1];
    first.resolve();
    // The one camera is taken, by the second call.
    await calls[0];
    expect([camera.state, camera.fault]).toEqual(['live', undefined]);
    expect(devices.live).toHaveLength(1);
  });

  it('stopped while it starts, gives the camera back that comes late', async () => {
    const answer = hold();
    const started = camera.start();
    camera.stop();
    answer.resolve();
    await started;
    expect([camera.state, camera.stream]).toEqual(['off', undefined]);
    expect(devices.tracks).toHaveLength(1);
    expect(devices.live).toEqual([]);
  });

  it('tells of a refusal, and can be tried again', async () => {
    devices.refusal = 'NotAllowedError';
    await camera.start();
    expect([camera.state, camera.fault?.code]).toEqual(['fault', 'permission-denied']);
    camera.dismiss();
    expect([camera.state, camera.fault]).toEqual(['off', undefined]);
    devices.refusal = '';
    await camera.start();
    expect([camera.state, camera.fault]).toEqual(['live', undefined]);
  });

  it('tells of a track that ended by itself', async () => {
    await camera.start();
    devices.tracks[0].end();
    expect([camera.state, camera.fault?.code, camera.stream, camera.lens]).toEqual(['fault', 'camera-ended', undefined, undefined]);
    await camera.start();
    // The old one is no longer listened to.
    devices.tracks[0].end();
    expect(camera.state).toBe('live');
  });

  it('tells of a camera that another program mutes, at once, until it gives pictures again', async () => {
    await camera.start();
    devices.tracks[0].mute(true);
    expect([camera.state, camera.silent, camera.muted, camera.fault?.code]).toEqual(['live', true, true, 'camera-silent']);
    // Black frames, or the last one, are no pictures.
    camera.flowing = true;
    expect(camera.silent).toBe(true);
    devices.tracks[0].mute(false);
    expect([camera.state, camera.silent, camera.muted, camera.fault]).toEqual(['live', false, false, undefined]);
    devices.tracks[0].mute(true);
    await camera.recover({});
    expect([camera.state, camera.silent, camera.fault, devices.live.length]).toEqual(['live', false, undefined, 1]);
    // The old one is no longer listened to.
    devices.tracks[0].mute(true);
    expect(camera.silent).toBe(false);
  });

  it('tells of a camera without frames, until one comes; another fault is not lost over it', async () => {
    await camera.start();
    camera.flowing = false;
    expect([camera.state, camera.silent, camera.muted, camera.fault?.code]).toEqual(['live', true, false, 'camera-silent']);
    camera.flowing = true;
    expect([camera.silent, camera.fault]).toEqual([false, undefined]);
    camera.fail(new Fault('film-unreadable', 'breaks off'));
    camera.flowing = false;
    expect(camera.fault?.code).toBe('film-unreadable');
    await camera.recover({});
    expect(camera.fault?.code).toBe('camera-silent');
  });

  it('a screen on which nothing moves is none without pictures, one that is muted is', async () => {
    const chosen = camera.startScreen();
    devices.screens[0].resolve(devices.give({}));
    await chosen;
    camera.flowing = false;
    expect([camera.silent, camera.fault]).toEqual([false, undefined]);
    devices.tracks[0].mute(true);
    expect([camera.silent, camera.fault?.code]).toEqual([true, 'screen-silent']);
    const again = camera.recover({});
    devices.screens[1].resolve(devices.give({}));
    await again;
    expect([camera.source, camera.silent, camera.fault, devices.tracks[0].readyState]).toEqual(['screen', false, undefined, 'ended']);
  });

  describe('that does not answer', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
    afterEach(() => void vi.useRealTimers());

    it('is told of after five seconds, with the other cameras; a late answer is taken', async () => {
      const answer = hold();
      const started = camera.start({ deviceId: 'back' });
      vi.advanceTimersByTime(4999);
      expect([camera.state, camera.fault]).toEqual(['starting', undefined]);
      vi.advanceTimersByTime(1);
      await settled();
      expect([camera.state, camera.fault?.code]).toEqual(['starting', 'camera-slow']);
      expect(camera.otherCameras.map((d) => d.deviceId)).toEqual(['front']);
      answer.resolve();
      await started;
      expect([camera.state, camera.fault, camera.deviceId]).toEqual(['live', undefined, 'back']);
    });

    it('is cancelled; what it opens late is given back, and no further one is asked for', async () => {
      const [first, second] = [hold(), hold()];
      const slow = camera.start();
      vi.advanceTimersByTime(5000);
      await camera.recover({});
      expect([camera.state, camera.fault]).toEqual(['off', undefined]);
      first.resolve();
      await slow;
      expect([devices.tracks.length, devices.live.length, camera.state]).toEqual([1, 0, 'off']);
      const again = camera.start();
      vi.advanceTimersByTime(5000);
      await camera.recover({});
      devices.refusal = 'OverconstrainedError';
      const asked = vi.spyOn(devices, 'getUserMedia');
      second.resolve();
      await again;
      expect(asked).not.toHaveBeenCalled();
    });

    it('gives way to another one that is chosen, which is not said to be slow', async () => {
      const answer = hold();
      const slow = camera.start({ deviceId: 'back' });
      vi.advanceTimersByTime(4000);
      await camera.start({ deviceId: 'front' });
      vi.advanceTimersByTime(4000);
      expect([camera.state, camera.deviceId, camera.fault]).toEqual(['live', 'front', undefined]);
      answer.resolve();
      await slow;
      expect(camera.deviceId).toBe('front');
    });
  });

  it('lists the cameras after a failure too, and keeps the list where the browser gives none', async () => {
    devices.refusal = 'NotReadableError';
    await camera.start({ deviceId: 'back' });
    await settled();
    expect([camera.fault?.code, camera.otherCameras.map((d) => d.deviceId)]).toEqual(['camera-busy', ['front']]);
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    devices.unlisted = true;
    devices.dispatchEvent(new Event('devicechange'));
    await settled();
    process.off('unhandledRejection', unhandled);
    expect([devices.listed, unhandled.mock.calls.length, camera.devices.length]).toEqual([2, 0, 2]);
  });

  it('offers one choice for all cameras that have no id yet, and none that nobody can choose beside those that have', async () => {
    devices.cameras = [1, 2, 3].map(() => ({ kind: 'videoinput', deviceId: '', facing: '' }));
    devices.dispatchEvent(new Event('devicechange'));
    await settled();
    expect(camera.devices.map((d) => d.deviceId)).toEqual(['']);
    expect(camera.otherCameras).toEqual([]);
    devices.cameras[1].deviceId = 'back';
    devices.dispatchEvent(new Event('devicechange'));
    await settled();
    expect(camera.devices.map((d) => d.deviceId)).toEqual(['back']);
  });

  it('takes the camera again when the page is seen again, where it was lost meanwhile', async () => {
    await camera.start();
    page.show(false);
    devices.tracks[0].end();
    expect(camera.state).toBe('fault');
    page.show(true);
    await settled();
    expect([camera.state, devices.tracks.length]).toEqual(['live', 2]);
    // Images stopped without a word: a call has the camera.
    page.show(false);
    devices.tracks[1].muted = true;
    page.show(true);
    await settled();
    expect([camera.state, devices.tracks.length, devices.live.length]).toEqual(['live', 3, 1]);
    // Nothing was lost.
    page.show(false);
    page.show(true);
    await settled();
    expect(devices.tracks).toHaveLength(3);
  });

  it('stays off when the page is seen again, where it was off', async () => {
    await camera.start();
    camera.stop();
    page.show(false);
    page.show(true);
    await settled();
    expect([camera.state, devices.tracks.length]).toEqual(['off', 1]);
  });

  it('flips to the other side, and by the list where sides are not told', async () => {
    await camera.start();
    expect(await camera.flip()).toMatchObject({ deviceId: '', facing: 'user' });
    expect([camera.deviceId, camera.facesUser]).toEqual(['front', true]);
    for (const each of devices.cameras) each.facing = '';
    await camera.start({ deviceId: 'back' });
    await settled();
    expect(camera.facesUser).toBeUndefined();
    expect(await camera.flip()).toMatchObject({ deviceId: 'front' });
    expect(camera.deviceId).toBe('front');
  });

  it('asks for fewer frames once, and for its own rate again', async () => {
    camera.saveSmoothness(true);
    await camera.start();
    camera.saveSmoothness(true);
    camera.saveSmoothness(true);
    await settled();
    camera.saveSmoothness(false);
    await settled();
    expect(devices.tracks[0].applied.map((c) => c.frameRate)).toEqual([{ ideal: 15 }, { ideal: 30 }]);
  });

  it('gives everything back when its element goes, and hears of nothing any more', async () => {
    await camera.start();
    host.disconnect();
    expect([camera.state, devices.live]).toEqual(['off', []]);
    await settled();
    const { updates } = host;
    page.show(true);
    devices.dispatchEvent(new Event('devicechange'));
    await settled();
    expect([host.updates, devices.tracks.length]).toEqual([updates, 1]);
  });

  it('goes on while a screen is chosen, and where none is', async () => {
    await camera.start();
    const chosen = camera.startScreen();
    expect([camera.state, devices.live.length]).toEqual(['live', 1]);
    devices.screens[0].reject(Object.assign(new Error('Permission denied'), { name: 'NotAllowedError' }));
    await chosen;
    expect([camera.state, camera.source, camera.fault]).toEqual(['live', 'camera', undefined]);
    const refused = camera.startScreen();
    devices.screens[1].reject(Object.assign(new Error('Permission denied by system'), { name: 'NotAllowedError' }));
    await refused;
    expect([camera.state, camera.source, camera.fault?.code]).toEqual(['live', 'camera', 'screen-failed']);
    camera.dismiss();
    expect([camera.state, camera.fault]).toEqual(['live', undefined]);
  });

  it('puts a screen in the place of the camera; that it ends is no fault', async () => {
    await camera.start();
    const chosen = camera.startScreen();
    const screen = devices.give({});
    devices.screens[0].resolve(screen);
    await chosen;
    expect([camera.state, camera.source, camera.deviceId, camera.lens]).toEqual(['live', 'screen', '', undefined]);
    expect(devices.live).toEqual([screen.track]);
    screen.track.end();
    expect([camera.state, camera.fault, camera.stream]).toEqual(['off', undefined, undefined]);
    page.show(true);
    await settled();
    expect(camera.state).toBe('off');
  });

  it('gives a screen back that was chosen after all was stopped', async () => {
    const chosen = camera.startScreen();
    camera.stop();
    const screen = devices.give({});
    devices.screens[0].resolve(screen);
    await chosen;
    expect([camera.state, screen.track.readyState]).toEqual(['off', 'ended']);
  });

  it('plays a film in the place of the camera, and gives its memory back', async () => {
    const revoked = vi.spyOn(URL, 'revokeObjectURL');
    await camera.start();
    await camera.startVideo(new File(['film'], 'zoo.mp4'));
    expect([camera.state, camera.source, camera.videoFile?.name, camera.stream]).toEqual(['live', 'film', 'zoo.mp4', undefined]);
    expect(devices.live).toEqual([]);
    const url = camera.videoFile?.url;
    await camera.start();
    expect([camera.source, camera.videoFile]).toEqual(['camera', undefined]);
    expect(revoked).toHaveBeenCalledWith(url);
    revoked.mockRestore();
  });

  it('goes on with the camera where a film cannot be played, and says why', async () => {
    await camera.start();
    page.playable = false;
    await camera.startVideo(new File(['no film'], 'zoo.mp4'));
    expect([camera.state, camera.source, camera.videoFile, camera.fault?.code]).toEqual(['live', 'camera', undefined, 'film-unreadable']);
    expect(camera.fault?.message).toBe('MediaError 4: no decoder');
    expect(devices.live).toHaveLength(1);
  });

  it('has a fault beside what is live, and is off where nothing is yet', async () => {
    const answer = hold();
    const started = camera.start();
    camera.fail(new Fault('film-unreadable', 'breaks off'));
    expect([camera.state, camera.fault?.code]).toEqual(['off', 'film-unreadable']);
    answer.resolve();
    await started;
    camera.fail(new Fault('film-unreadable', 'breaks off'));
    expect([camera.state, camera.fault?.code]).toEqual(['live', 'film-unreadable']);
  });
});
