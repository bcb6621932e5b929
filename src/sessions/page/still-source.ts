import type { KeptStill } from '../shared/dataset/still';

/** The pictures that the app keeps beside sessions. */
interface KeptStills {
  /** The oldest first. @throws Fault `storage-failed` */
  keptPictures(): Promise<readonly KeptStill[]>;
  /** How many there are; none of them is read. @throws Fault `storage-failed` */
  countKeptPictures(): Promise<number>;
}

/** Fetches what tells of them. */
export type StillSource = () => Promise<KeptStills>;

/** Those pictures with their networks' names, as sessions have them; where a network is gone, its id stays. They are read once. */
export class StillReader {
  #read: Promise<readonly KeptStill[]> | undefined;

  constructor(
    private readonly source: () => Promise<Pick<KeptStills, 'keptPictures'>>,
    private readonly models: () => readonly { readonly manifest: { readonly id: string; readonly name: string } }[],
  ) {}

  /** The oldest first. @throws Fault `storage-failed` */
  all(): Promise<readonly KeptStill[]> {
    this.#read ??= this.#named();
    return this.#read;
  }

  /** The same, read anew. */
  anew(): StillReader {
    return new StillReader(this.source, this.models);
  }

  async #named(): Promise<readonly KeptStill[]> {
    try {
      const kept = await (await this.source()).keptPictures();
      const names = new Map(this.models().map(({ manifest: { id, name } }) => [id, name]));
      return kept.map((one) => ({ ...one, model: names.get(one.model) ?? one.model }));
    } catch (error) {
      // The next one who asks tries again.
      this.#read = undefined;
      throw error;
    }
  }
}
