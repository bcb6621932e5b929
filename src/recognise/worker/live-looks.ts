import { aimOf, squareAt, visibleSquare, type Aim, type ClassMap, type Preprocessing, type Region, type View } from '../../engine/index';
import type { FrameSize } from '../shared/aim';
import { LookCycle, NEAR, nearAim, REFINED, TIGHT, unmirrored, type Look } from '../shared/look-cycle';
import type { LookMap, LookOptions } from '../shared/recogniser';
import { LowLight } from '../shared/low-light';
import { SceneChangeDetector } from '../shared/scene-change';

/** Near looks less than this share of their side apart are one. */
const STEADY = 0.08;
/** In a dim room, where maps are as noisy as the image, and only looks at one square are averaged. */
const STEADY_DIM = 0.3;

/** A look at a frame of a certain size. */
export interface PlacedLook {
  readonly look: Look;
  readonly view: View;
  /** What it shows, source pixels. */
  readonly square: Region;
}

/** What live frames are looked at for. */
export interface LookWishes extends LookOptions {
  /** Undefined where nobody aims. */
  readonly aim: Aim | undefined;
}

/** Chooses how each live frame is looked at, and puts the answers together; begins anew where the scene or the aim changes. */
export class LiveLooks {
  readonly #cycle = new LookCycle();
  readonly #scenes = new SceneChangeDetector();
  readonly #light = new LowLight();
  /** Where near looks go: by the map of the whole, and by that of the near look there. */
  #near: Aim | undefined;
  #refined: Aim | undefined;
  #aim: Aim | undefined;
  /** Whether the whole square was brightened. */
  #dim = false;

  reset(): void {
    this.#begin();
    this.#scenes.reset();
    this.#aim = undefined;
  }

  /** How the next frame is looked at first. @returns also whether a person aims elsewhere than before */
  next(wishes: LookWishes, size: FrameSize, spec: Preprocessing): PlacedLook & { readonly moved: boolean } {
    const { aim } = wishes;
    const before = this.#aim;
    const moved = aim === undefined ? before !== undefined : !before || before.x !== aim.x || before.y !== aim.y || before.side !== aim.side;
    if (moved) this.#begin();
    this.#aim = aim;
    const look = this.#cycle.next({ ...wishes, second: wishes.second && aim === undefined }, this.#possible);
    return { ...this.#place(look, size, spec), moved };
  }

  /**
   * Told of the network's input once it is read.
   * @returns `changed`: the scene is another one; `again`: how this frame has to be looked at instead, where the look was for the scene before
   */
  seen({ look, square }: PlacedLook, input: Float32Array, size: FrameSize, spec: Preprocessing): { readonly changed: boolean; readonly again?: PlacedLook } {
    const changed = this.#scenes.update({ input, size: spec.crop, square, mirrored: look.mirrored, unit: spec.std[1] });
    if (!changed) return { changed };
    this.#begin();
    const first = this.#cycle.next({ second: false, views: false }, this.#possible);
    return look.kind === 'near' || look.kind === 'refined' ? { changed, again: this.#place(first, size, spec) } : { changed };
  }

  /** Told of the network's input before it runs: a dim scene is written over it brighter, and without the noise as long as nothing moves. */
  lighten({ look, square }: PlacedLook, input: Float32Array, luminance: number, spec: Preprocessing): void {
    const brightened = this.#light.improve(input, luminance, { name: look.kind, square, mirrored: look.mirrored }, spec) > 1;
    if (look.kind === 'whole') this.#dim = brightened;
  }

  /** @returns the answers to this scene's looks so far, averaged; shape as given */
  answered({ look }: PlacedLook, probabilities: Float32Array, time: number): Float32Array {
    return this.#cycle.add(look, probabilities, time);
  }

  /** Told where the network looked for the leading class: the next near looks go there. */
  follow({ look, square }: PlacedLook, map: ClassMap, { width, height }: FrameSize): void {
    if (look.kind === 'refined') return;
    const aim = nearAim(look.mirrored ? unmirrored(map) : map, square, width, height, look.kind === 'near' ? REFINED : NEAR);
    const steady = this.#dim ? STEADY_DIM : STEADY;
    if (look.kind === 'near') this.#refined = steadied(this.#refined, aim, steady, { width, height });
    else this.#near = steadied(this.#near, aim, steady, { width, height });
  }

  /** In a dim room two squares alone: of each so many more frames are averaged. */
  get #possible(): { tight: boolean; near: boolean; refined: boolean } {
    return { tight: !this.#dim, near: this.#near !== undefined, refined: !this.#dim && this.#refined !== undefined };
  }

  #begin(): void {
    this.#cycle.reset();
    this.#light.reset();
    this.#dim = false;
    this.#near = undefined;
    this.#refined = undefined;
  }

  #place(look: Look, { width, height }: FrameSize, spec: Preprocessing): PlacedLook {
    const { mirrored } = look;
    const aimed = this.#aim;
    const whole = aimed ? squareAt(aimed, width, height) : visibleSquare(width, height, spec);
    if (look.kind === 'whole') return { look, square: whole, view: aimed ? { square: whole, mirrored } : { mirrored } };
    const middle = aimed ?? aimOf(whole, width, height);
    const near = look.kind === 'near' ? this.#near : look.kind === 'refined' ? this.#refined : undefined;
    const aim = near ?? { ...middle, side: middle.side * TIGHT };
    const square = squareAt(aim, width, height);
    return { look, square, view: { square, mirrored } };
  }
}

/** Where a near look goes next: where the one before went, unless the map's middle is elsewhere by more than noise and a shaking hand make of it. */
function steadied(before: Aim | undefined, now: Aim | undefined, steady: number, { width, height }: FrameSize): Aim | undefined {
  if (!before || !now) return now ?? before;
  const apart = Math.hypot((now.x - before.x) * width, (now.y - before.y) * height);
  return apart < steady * now.side * Math.min(width, height) ? before : now;
}

/** The map of a look as it lies over the frame. */
export function lookMap({ look, square }: PlacedLook, map: ClassMap, index: number): LookMap {
  return { map: look.mirrored ? unmirrored(map) : map, index, square };
}
