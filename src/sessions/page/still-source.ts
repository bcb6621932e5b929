import type { KeptStill } from '../shared/dataset/still';

/** Gives the pictures that the app keeps beside sessions, the oldest first. @throws Fault `storage-failed` */
export type StillSource = () => Promise<readonly KeptStill[]>;

/** The same pictures with their networks' names, as sessions have them; where a network is gone, its id stays. */
export function withModelNames(stills: StillSource, models: () => readonly { readonly manifest: { readonly id: string; readonly name: string } }[]): StillSource {
  return async () => {
    const kept = await stills();
    const names = new Map(models().map(({ manifest: { id, name } }) => [id, name]));
    return kept.map((one) => ({ ...one, model: names.get(one.model) ?? one.model }));
  };
}
