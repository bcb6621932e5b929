/** What the browser tells of the quota for what the app stores. */
export interface DeviceQuota {
  /** Bytes that it still allows; undefined where it does not tell. */
  readonly bytesLeft: number | undefined;
  /** Whether it keeps all until the person deletes it, also on a full device; undefined where it does not tell. */
  readonly kept: boolean | undefined;
}

/** Never throws: what cannot be known is undefined. */
export async function deviceQuota(): Promise<DeviceQuota> {
  const storage = navigator.storage as StorageManager | undefined;
  const [estimate, kept] = await Promise.all([
    storage?.estimate?.().catch(() => undefined),
    storage?.persisted?.().catch(() => undefined),
  ]);
  const { quota, usage } = estimate ?? {};
  return { bytesLeft: quota === undefined || usage === undefined ? undefined : Math.max(0, quota - usage), kept };
}

/** Asks the browser to keep what is stored, unless it does already. @returns whether it does now */
export async function keepStored(): Promise<boolean> {
  const storage = navigator.storage as StorageManager | undefined;
  const kept = async (): Promise<boolean | undefined> => (await storage?.persisted?.()) || storage?.persist?.();
  return (await kept().catch(() => false)) ?? false;
}

let asked: Promise<boolean> | undefined;

/** As `keepStored`, but asks once a visit, since browsers may ask the person. */
export function keepStoredOnce(): Promise<boolean> {
  return (asked ??= keepStored());
}
