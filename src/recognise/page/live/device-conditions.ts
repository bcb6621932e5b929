import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { DeviceConditions } from '../../shared/duty-control';

/** W3C Battery Status; Chromium only, so TypeScript has no types for it. */
interface BatteryManager extends EventTarget {
  readonly charging: boolean;
  readonly level: number;
}
interface BatteryNavigator {
  getBattery?(): Promise<BatteryManager>;
}

/** W3C Compute Pressure Level 1; Chromium 125 and later. */
interface PressureRecord {
  readonly state: NonNullable<DeviceConditions['pressure']>;
}
interface PressureObserver {
  observe(source: 'cpu', options: { sampleInterval: number }): Promise<void>;
  disconnect(): void;
}
interface PressureGlobal {
  readonly PressureObserver?: new (callback: (records: readonly PressureRecord[]) => void) => PressureObserver;
}

const PRESSURE_INTERVAL_MS = 2000;
const BATTERY_EVENTS = ['levelchange', 'chargingchange'] as const;

/** Follows the device's battery and processor pressure while its host is connected, where the browser tells of them. */
export class DeviceConditionsController implements ReactiveController {
  value: DeviceConditions = {};
  #battery: BatteryManager | undefined;
  #observer: PressureObserver | undefined;
  #connected = false;

  /** @param onChange told of each change */
  constructor(
    host: ReactiveControllerHost,
    private readonly onChange: (conditions: DeviceConditions) => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#connected = true;
    void this.#watchBattery();
    void this.#watchPressure();
  }

  hostDisconnected(): void {
    this.#connected = false;
    for (const type of BATTERY_EVENTS) this.#battery?.removeEventListener(type, this.#onBattery);
    this.#observer?.disconnect();
    this.#battery = this.#observer = undefined;
  }

  async #watchBattery(): Promise<void> {
    // Missing, refused by a permissions policy, or a device without a battery: then nothing limits.
    const battery = await (navigator as BatteryNavigator).getBattery?.().catch(() => undefined);
    if (!battery || !this.#connected) return;
    this.#battery = battery;
    for (const type of BATTERY_EVENTS) battery.addEventListener(type, this.#onBattery);
    this.#onBattery();
  }

  async #watchPressure(): Promise<void> {
    const Observer = (globalThis as PressureGlobal).PressureObserver;
    if (!Observer) return;
    const observer = new Observer((records) => this.#change({ pressure: records.at(-1)?.state }));
    try {
      await observer.observe('cpu', { sampleInterval: PRESSURE_INTERVAL_MS });
      if (this.#connected) this.#observer = observer;
      else observer.disconnect();
    } catch {
      // Not supported on this system, or refused by a permissions policy.
    }
  }

  readonly #onBattery = (): void => {
    const { level, charging } = this.#battery ?? { level: 1, charging: true };
    this.#change({ battery: { level, charging } });
  };

  #change(change: DeviceConditions): void {
    this.value = { ...this.value, ...change };
    this.onChange(this.value);
  }
}
