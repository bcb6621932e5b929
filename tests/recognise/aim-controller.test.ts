import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TORCHVISION_PREPROCESSING } from '../../src/engine/index';
import type { CameraLens, ZoomRange } from '../../src/recognise/page/camera/camera-lens';
import { AimController, type AimParts } from '../../src/recognise/page/live/aim-controller';
import { FakeHost } from '../support/fake-page';

/** A lens that does at once what it is told. */
function lensWith(range: ZoomRange): CameraLens & { readonly points: number[][] } {
  const lens = {
    abilities: { zoom: range, torch: false, point: true },
    zoom: range.min,
    points: [] as number[][],
    setZoom: (zoom: number) => (lens.zoom = Math.min(range.max, Math.max(range.min, zoom))),
    lookAt: (x: number, y: number) => lens.points.push([x, y]),
  };
  return lens as unknown as CameraLens & { readonly points: number[][] };
}

describe('AimController', () => {
  let parts: AimParts;
  let aim: AimController;
  let host: FakeHost;
  const onAim = vi.fn();

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    vi.stubGlobal('navigator', { languages: ['en'] });
    onAim.mockClear();
    parts = { source: {}, lens: undefined, frozen: false, mirrored: false, preprocessing: TORCHVISION_PREPROCESSING };
    host = new FakeHost();
    aim = new AimController(host, () => parts, onAim);
    host.connect();
    aim.hostUpdate();
    aim.frame = { width: 640, height: 480 };
  });
  afterEach(() => {
    host.disconnect();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('looks at the middle until it is told otherwise, and tells of each change', () => {
    expect([aim.aim, aim.zoom]).toEqual([undefined, 1]);
    aim.lookAt(0.5, 0.6);
    expect(aim.aim).toEqual({ x: 0.5, y: expect.closeTo(0.6) as number, side: 0.5 });
    expect(aim.reset()).toBe(true);
    expect(aim.aim).toBeUndefined();
    expect(onAim).toHaveBeenCalledTimes(2);
    expect(aim.reset()).toBe(false);
  });

  it('zooms digitally where the camera cannot, and back to the middle without zoom', () => {
    expect(aim.limits).toEqual({ min: 1, max: 8 });
    aim.zoomTo(3.5);
    expect(aim.aim).toEqual({ x: expect.closeTo(0.5) as number, y: expect.closeTo(0.5) as number, side: expect.closeTo(0.25) as number });
    aim.zoomTo(100);
    expect(aim.zoom).toBeCloseTo(8);
    aim.lookAt(0.2, 0.2);
    aim.zoomTo(0);
    expect([aim.aim, aim.zoom]).toEqual([undefined, 1]);
  });

  it.each([
    ['factors', { min: 1, max: 4, step: 0.1 }, 1],
    ['per cent', { min: 100, max: 400, step: 1 }, 100],
  ])('zooms with the lens first, then beyond it: %s', (_, range, unit) => {
    const lens = lensWith(range);
    parts = { ...parts, lens };
    aim.zoomTo(3);
    expect([lens.zoom, aim.aim, aim.zoom]).toEqual([3 * unit, undefined, 3]);
    aim.zoomTo(8);
    expect(lens.zoom).toBe(4 * unit);
    expect(aim.aim?.side).toBeCloseTo(0.875 / 2);
    expect(aim.zoom).toBeCloseTo(8);
    aim.zoomTo(2);
    expect([lens.zoom, aim.aim, aim.zoom]).toEqual([2 * unit, undefined, 2]);
  });

  it('leaves the lens alone while another place than the middle is looked at, and zooms out through the middle', () => {
    const lens = lensWith({ min: 1, max: 4, step: 0.1 });
    parts = { ...parts, lens };
    aim.zoomTo(2);
    aim.lookAt(0.3, 0.3);
    expect(lens.points).toEqual([[0.3, 0.3]]);
    expect(aim.zoom).toBeCloseTo(3.5);
    aim.zoomTo(7);
    expect(lens.zoom).toBe(2);
    expect(aim.aim?.side).toBeCloseTo(0.25);
    aim.zoomTo(1);
    expect([lens.zoom, aim.aim]).toEqual([1, undefined]);
  });

  it('zooms a frozen image digitally, whatever the lens could', () => {
    const lens = lensWith({ min: 1, max: 4, step: 0.1 });
    parts = { ...parts, lens };
    aim.zoomTo(2);
    parts = { ...parts, frozen: true };
    expect(aim.limits.min).toBe(2);
    aim.zoomTo(4);
    expect(lens.zoom).toBe(2);
    expect(aim.aim?.side).toBeCloseTo(0.875 / 2);
  });

  it('goes back to the middle, then back to the least zoom', () => {
    const lens = lensWith({ min: 1, max: 4, step: 0.1 });
    parts = { ...parts, lens };
    aim.zoomTo(2);
    aim.lookAt(0.3, 0.3);
    expect([aim.run('aim-middle'), aim.aim, lens.zoom]).toEqual([true, undefined, 2]);
    expect([aim.run('aim-middle'), lens.zoom]).toEqual([true, 1]);
    expect(aim.run('aim-middle')).toBe(false);
  });

  it('follows the arrows as they are seen, Shift by half the square', () => {
    aim.lookAt(0.5, 0.5);
    aim.run('aim-right');
    expect(aim.aim?.x).toBeCloseTo(0.5 + (0.05 * 480) / 640);
    aim.run('aim-up-far');
    expect(aim.aim?.y).toBeCloseTo(0.25);
    parts = { ...parts, mirrored: true };
    aim.run('aim-right');
    expect(aim.aim?.x).toBeCloseTo(0.5);
  });

  it('forgets the aim with another source', () => {
    aim.lookAt(0.2, 0.2);
    aim.hostUpdate();
    expect(aim.aim).toBeDefined();
    parts = { ...parts, source: {} };
    aim.hostUpdate();
    expect(aim.aim).toBeUndefined();
  });

  it('says where it looks once it rests, as it is seen, with the zoom', () => {
    parts = { ...parts, mirrored: true };
    aim.lookAt(0.9, 0.1);
    for (let i = 0; i < 5; i++) {
      vi.advanceTimersByTime(100);
      aim.move(-0.001, 0);
    }
    expect(aim.words).toBe('');
    vi.advanceTimersByTime(1000);
    expect(aim.words).toBe('Looking at the upper left, 1.8×');
    aim.reset();
    vi.advanceTimersByTime(1000);
    expect(aim.words).toBe('Looking at the middle');
  });
});
