/** What the device says of itself; each undefined where the browser does not tell. */
export interface DeviceConditions {
  /** Charge 0..1, and whether it is being charged. */
  readonly battery?: { readonly level: number; readonly charging: boolean };
  /** W3C Compute Pressure: how near the processor is to its limits, heat included. */
  readonly pressure?: 'nominal' | 'fair' | 'serious' | 'critical';
}

/** Why recognition works less than it could. */
export type PaceReason = 'latency' | 'slowed' | 'pressure' | 'battery';

/** How hard recognition works. */
export interface Pace {
  /** Share of the time that the network may run, 0..1; 1 as often as it can. */
  readonly duty: number;
  /** The strongest reason for less than 1. */
  readonly reason: PaceReason | undefined;
  /** Frame-to-label latency that is held, milliseconds; 0 before the first answer. */
  readonly targetMs: number;
  /** Whether working less did not help for a while, so that smoothness (camera rate, animations) has to go as well. */
  readonly saveSmoothness: boolean;
}

/** Frame to label within this feels live (Card, Moran and Newell's 100 ms for "instantaneous", plus a camera's own delay). */
const TARGET_MS = 150;
/** A slow device cannot meet that: its target is its own best time with room for jitter. */
const TARGET_PER_BEST = 1.8;
/** Multiplicative decrease and additive increase of the duty (AIMD, Chiu and Jain 1989), an inference each. */
const DECREASE = 0.85;
const INCREASE = 0.02;
/** Well below the target, so that the duty does not swing around it. */
const COMFORT = 0.8;
const LEAST_DUTY = 0.2;
/** However loaded the device is, a label is looked for so often, milliseconds. */
const LONGEST_REST = 1000;
/** The device's good time follows quicker runs at once and slower ones over some hundred, so that load does not become the norm. */
const BEST_FALL = 0.3;
const BEST_RISE = 0.002;
/** After much rest no earlier run is in the way: what it takes now is what the device can do now. */
const RESTED_DUTY = 0.3;
const BEST_RISE_RESTED = 0.4;
/** A network that takes this many times its best time runs on a hot or shared processor. */
const SLOWED = 1.6;
const SLOWED_DUTY = 0.6;
/** Duty by what the device says. */
const PRESSURE_DUTY = { nominal: 1, fair: 1, serious: 0.75, critical: 0.5 } as const;
const BATTERY_DUTY: readonly [level: number, duty: number][] = [[0.1, 0.25], [0.2, 0.4]];
/** Least duty without success for so long: smoothness goes, milliseconds. */
const SMOOTHNESS_AFTER = 5000;
const MEAN_WEIGHT = 0.2;

/**
 * Decides how long the network rests after each inference, so that frame-to-label latency holds its target on a loaded
 * machine (a thread that sleeps is given the processor sooner, and leaves it to camera and display), and so that heat
 * and battery are spared. Work goes first: the rate falls while the image stays smooth.
 */
export class DutyControl {
  conditions: DeviceConditions = {};
  #duty = 1;
  #meanBusy = 0;
  #best = 0;
  #target = 0;
  #helplessSince = 0;
  #now = 0;

  constructor(public adaptive = true) {}

  get pace(): Pace {
    const { duty, reason } = this.#limit();
    return { duty, reason, targetMs: this.#target, saveSmoothness: this.adaptive && this.#helpless() };
  }

  /**
   * An inference has ended.
   * @param busyMs from its start to its end
   * @param latencyMs from the camera frame to its label
   * @returns how long to rest, milliseconds
   */
  finished(now: number, busyMs: number, latencyMs: number): number {
    this.#now = now;
    this.#remember(busyMs);
    this.#target = Math.max(TARGET_MS, TARGET_PER_BEST * this.#best);
    if (!this.adaptive) return 0;
    if (latencyMs > this.#target) this.#duty = Math.max(LEAST_DUTY, this.#duty * DECREASE);
    else if (latencyMs < COMFORT * this.#target) this.#duty = Math.min(1, this.#duty + INCREASE);
    if (latencyMs <= this.#target || this.#duty > LEAST_DUTY) this.#helplessSince = 0;
    else if (this.#helplessSince === 0) this.#helplessSince = now;
    // Of the mean time, so that one slow answer does not rest for long, one quick answer not too short.
    return Math.min(LONGEST_REST, this.#meanBusy * (1 / this.#limit().duty - 1));
  }

  reset(): void {
    this.#duty = 1;
    this.#meanBusy = 0;
    this.#best = 0;
    this.#helplessSince = 0;
    this.#target = 0;
  }

  #remember(busyMs: number): void {
    if (this.#best === 0) this.#best = this.#meanBusy = busyMs;
    const rise = this.#duty <= RESTED_DUTY ? BEST_RISE_RESTED : BEST_RISE;
    this.#best += (busyMs < this.#best ? BEST_FALL : rise) * (busyMs - this.#best);
    this.#meanBusy += MEAN_WEIGHT * (busyMs - this.#meanBusy);
  }

  #helpless(): boolean {
    return this.#helplessSince > 0 && this.#now - this.#helplessSince > SMOOTHNESS_AFTER;
  }

  #limit(): { duty: number; reason: PaceReason | undefined } {
    if (!this.adaptive) return { duty: 1, reason: undefined };
    const { battery, pressure } = this.conditions;
    const low = battery && !battery.charging ? BATTERY_DUTY.find(([level]) => battery.level <= level)?.[1] : undefined;
    const limits: [number, PaceReason][] = [
      [this.#duty, 'latency'],
      [this.#meanBusy > SLOWED * this.#best ? SLOWED_DUTY : 1, 'slowed'],
      [PRESSURE_DUTY[pressure ?? 'nominal'], 'pressure'],
      [low ?? 1, 'battery'],
    ];
    const [duty, reason] = limits.reduce((least, limit) => (limit[0] < least[0] ? limit : least));
    return { duty, reason: duty < 1 ? reason : undefined };
  }
}
