import type { SettingsStore } from '../../../base/page/settings';
import type { Fault } from '../../../base/shared/fault';
import { OF_THE_DEVICE } from './fallbacks';
import type { CatalogueEntry } from './model-catalogue';

/** Models that are remembered to have run. */
const MOST_RAN = 4;

/** A kept model that could not be started, or several, and why the first could not: another one runs in its place. */
export interface Setback {
  readonly name: string;
  readonly fault: Fault;
}

/** Which models failed since one ran, and which one is to run in their place. */
export class FailedModels {
  setback: Setback | undefined;
  /** Their ids. */
  readonly #failed = new Set<string>();

  constructor(private readonly settings: SettingsStore) {}

  /** A person chooses: what failed before may be tried once more. */
  forget(): void {
    this.setback = undefined;
    this.#failed.clear();
  }

  ran({ manifest: { id } }: CatalogueEntry): void {
    this.#failed.clear();
    const before = this.#ran;
    if (before.at(0) !== id) this.settings.update({ ranModels: [id, ...before.filter((other) => other !== id)].slice(0, MOST_RAN).join(' ') });
  }

  /**
   * What to run in place of a model that failed: the one that ran last, else one that comes with the page, else another that a person keeps.
   * @returns undefined where nothing else is left; where it is the device that fails; and for the page's own, where a person chose it
   */
  inPlaceOf(chosen: CatalogueEntry, fault: Fault, catalogue: readonly CatalogueEntry[]): CatalogueEntry | undefined {
    const own = chosen.location.kind !== 'site';
    if (OF_THE_DEVICE.includes(fault.code) || !(own || this.#failed.size > 0)) return undefined;
    const { id, name } = chosen.manifest;
    this.#failed.add(id);
    const able = catalogue.filter(({ manifest }) => !this.#failed.has(manifest.id));
    const lately = this.#ran.map((ran) => able.find(({ manifest }) => manifest.id === ran)).find((entry) => entry !== undefined);
    const other = lately ?? able.find(({ location }) => location.kind === 'site') ?? able.at(0);
    if (other) this.setback = this.setback ? { ...this.setback, name: `${this.setback.name}, ${name}` } : { name, fault };
    else this.#failed.clear();
    return other;
  }

  get #ran(): readonly string[] {
    return this.settings.value.ranModels.split(' ').filter((id) => id !== '');
  }
}
