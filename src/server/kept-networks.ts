/** Networks beside the default one that a process keeps. */
const MOST_OTHERS = 2;

/** What holds memory until it is released. */
interface Releasable {
  release(): Promise<void>;
}

interface Kept<Network> {
  /** By threads. */
  readonly sessions: Map<number, Promise<Network>>;
  uses: number;
}

/** The networks that a process has started: the default one and the latest others stay, the oldest is released once nothing of it runs. */
export class KeptNetworks<Network extends Releasable> {
  /** By path, the latest last. */
  readonly #kept = new Map<string, Kept<Network>>();

  /** @param stays path of the network that is never released */
  constructor(private readonly stays: string | undefined) {}

  /** Whether a network was started with so many threads, or is being. */
  has(path: string, threads: number): boolean {
    return this.#kept.get(path)?.sessions.has(threads) ?? false;
  }

  /**
   * Does a job with a network, which stays at least that long.
   * @param start called where it is not there yet; one that could not be started now may be the next time
   */
  async use<Answer>(path: string, threads: number, start: () => Promise<Network>, job: (network: Network) => Answer | Promise<Answer>): Promise<Answer> {
    const kept = this.#kept.get(path) ?? { sessions: new Map<number, Promise<Network>>(), uses: 0 };
    this.#kept.delete(path);
    this.#kept.set(path, kept);
    kept.uses++;
    try {
      return await job(await this.#session(kept, threads, start));
    } finally {
      kept.uses--;
      if (kept.uses === 0 && kept.sessions.size === 0) this.#kept.delete(path);
      this.#releaseOldest();
    }
  }

  #session({ sessions }: Kept<Network>, threads: number, start: () => Promise<Network>): Promise<Network> {
    let started = sessions.get(threads);
    if (!started) {
      started = start();
      sessions.set(threads, started);
      started.catch(() => sessions.delete(threads));
    }
    return started;
  }

  #releaseOldest(): void {
    const others = [...this.#kept].filter(([path]) => path !== this.stays);
    for (const [path, { sessions, uses }] of others.slice(0, Math.max(0, others.length - MOST_OTHERS))) {
      if (uses > 0) continue;
      this.#kept.delete(path);
      for (const started of sessions.values()) void started.then((network) => network.release()).catch(() => undefined);
    }
  }
}
