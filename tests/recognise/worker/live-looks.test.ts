import { beforeEach, describe, expect, it } from 'vitest';
import { squareAt, TORCHVISION_PREPROCESSING as SPEC, visibleSquare, type ClassMap, type Region } from '../../../src/engine/index';
import { LiveLooks, lookMap, type LookWishes, type PlacedLook } from '../../../src/recognise/worker/live-looks';

const SIZE = { width: 1280, height: 720 };
const MIDDLE = visibleSquare(SIZE.width, SIZE.height, SPEC);
const ALL: LookWishes = { second: true, views: true, aim: undefined };

/** What the network is given of a scene by a look. */
function input(scene: (x: number, y: number) => number, { square, look }: PlacedLook): Float32Array {
  const plane = new Float32Array(3 * SPEC.crop ** 2);
  for (let i = 0; i < plane.length; i++) {
    const x = i % SPEC.crop;
    const y = Math.floor(i / SPEC.crop) % SPEC.crop;
    const across = ((look.mirrored ? SPEC.crop - 1 - x : x) + 0.5) / SPEC.crop;
    plane[i] = scene(square.x + across * square.width, square.y + ((y + 0.5) / SPEC.crop) * square.height);
  }
  return plane;
}

const columns = (x: number): number => (Math.floor(x / 90) % 2 ? 1.5 : -1.5);
const rows = (_: number, y: number): number => (Math.floor(y / 90) % 2 ? 1.5 : -1.5);

/** A map in which one place of 7 x 7 speaks for the class. */
const map = (column: number, row: number): ClassMap => ({ width: 7, height: 7, values: Float32Array.from({ length: 49 }, (_, i) => (i === row * 7 + column ? 5 : -1)) });

describe('LiveLooks', () => {
  let looks: LiveLooks;
  /** One frame of a scene: how it was looked at in the end, and whether the scene was taken for another one. */
  const frame = (scene: (x: number, y: number) => number, answer: ClassMap, wishes = ALL): PlacedLook & { readonly changed: boolean; readonly moved: boolean } => {
    const { moved, ...first } = looks.next(wishes, SIZE, SPEC);
    const { changed, again } = looks.seen(first, input(scene, first), SIZE, SPEC);
    const placed = again ?? first;
    looks.answered(placed, new Float32Array(1000).fill(0.001), 0);
    looks.follow(placed, answer, SIZE);
    return { ...placed, changed, moved };
  };

  beforeEach(() => {
    looks = new LiveLooks();
  });

  it('looks closely where the map of the whole look has its middle', () => {
    expect(frame(columns, map(5, 3))).toMatchObject({ look: { kind: 'whole', mirrored: false }, square: MIDDLE, changed: false });
    const near = frame(columns, map(0, 0));
    const [x, y] = [(MIDDLE.x + (5.5 / 7) * MIDDLE.width) / 1280, (MIDDLE.y + (3.5 / 7) * MIDDLE.height) / 720];
    expect(near).toMatchObject({ look: { kind: 'near', mirrored: false }, changed: false });
    const wanted = squareAt({ x, y, side: 0.5 }, 1280, 720);
    for (const side of ['x', 'y', 'width', 'height'] as const) expect(near.square[side]).toBeCloseTo(wanted[side], 3);
  });

  it('turns the map of a mirrored look back', () => {
    frame(columns, map(3, 3));
    // Nothing speaks for the class there: no refined look takes its turn.
    frame(columns, { width: 7, height: 7, values: new Float32Array(49) });
    const mirrored = frame(columns, map(6, 2));
    expect(mirrored.look).toEqual({ kind: 'whole', mirrored: true });
    expect(mirrored.view).toMatchObject({ mirrored: true });
    const near = frame(columns, map(3, 3));
    expect(near.look.kind).toBe('near');
    expect(near.square.x + near.square.width / 2).toBeCloseTo(MIDDLE.x + (0.5 / 7) * MIDDLE.width, 3);
    expect(lookMap(mirrored, map(6, 2), 8)).toMatchObject({ index: 8, square: MIDDLE, map: { values: map(0, 2).values } });
  });

  it('looks at the whole of a frame that turns out to be of another scene, also where a near look was due', () => {
    frame(columns, map(1, 1));
    const cut = frame(rows, map(5, 5));
    expect(cut).toMatchObject({ look: { kind: 'whole', mirrored: false }, square: MIDDLE, changed: true });
    const after = frame(rows, map(5, 5));
    expect(after).toMatchObject({ look: { kind: 'near', mirrored: false }, changed: false });
    expect(after.square.x + after.square.width / 2).toBeCloseTo(MIDDLE.x + (5.5 / 7) * MIDDLE.width, 3);
  });

  it('looks once more where the map of the near look has its middle', () => {
    frame(columns, map(5, 3));
    const near = frame(columns, map(6, 3));
    frame(columns, map(5, 3));
    const refined = frame(columns, map(0, 0));
    expect(refined.look).toEqual({ kind: 'refined', mirrored: true });
    expect(refined.square.x + refined.square.width / 2).toBeCloseTo(near.square.x + (6.5 / 7) * near.square.width, 3);
    expect([near.square.width, refined.square.width]).toEqual([0.5 * 720, 0.4 * 720]);
  });

  it('looks at two squares alone in a dim room, the near one where it was, as long as the map is about there', () => {
    const dim = (answer: ClassMap): PlacedLook => {
      const { moved: _, ...placed } = looks.next(ALL, SIZE, SPEC);
      const seen = input(columns, placed);
      looks.seen(placed, seen, SIZE, SPEC);
      looks.lighten(placed, seen, 0.1, SPEC);
      looks.answered(placed, new Float32Array(1000).fill(0.001), 0);
      looks.follow(placed, answer, SIZE);
      return placed;
    };
    const places = [map(3, 3), map(3, 3), map(3, 3), map(4, 3), map(4, 3), map(3, 3), map(6, 3), map(3, 3)];
    const shown = places.map(dim);
    expect(shown.map(({ look }) => `${look.kind}${look.mirrored ? ' mirrored' : ''}`)).toEqual([
      'whole', 'near', 'whole mirrored', 'near mirrored', 'whole', 'near', 'whole mirrored', 'near mirrored',
    ]);
    const [first, , third, fourth] = shown.filter(({ look }) => look.kind === 'near').map(({ square }) => square.x);
    expect(third).toBe(first);
    // A mirrored look's map is turned back: what it has on the right is on the left.
    expect(fourth).toBeLessThan(first - 100);
  });

  it('stays at the square that a person aims at, and begins anew where they aim elsewhere', () => {
    frame(columns, map(1, 1));
    const aim = { x: 0.25, y: 0.25, side: 0.3 };
    const square: Region = squareAt(aim, 1280, 720);
    const aimed = Array.from({ length: 4 }, () => frame(columns, map(1, 1), { ...ALL, aim }));
    expect(aimed.map(({ look }) => look.kind)).toEqual(['whole', 'whole', 'tight', 'whole']);
    expect(aimed[0]).toMatchObject({ square, view: { square, mirrored: false } });
    expect(aimed.map(({ moved }) => moved)).toEqual([true, false, false, false]);
    const { square: tight } = aimed[2];
    expect(tight.width).toBeCloseTo((square.width * 256) / 288, 6);
    expect(tight.x + tight.width / 2).toBeCloseTo(square.x + square.width / 2, 6);
    expect(frame(columns, map(1, 1), { ...ALL, aim: { ...aim, x: 0.5 } }).moved).toBe(true);
    expect(frame(columns, map(1, 1))).toMatchObject({ moved: true, look: { kind: 'whole' }, square: MIDDLE });
  });
});
