import { Fault } from '../../../base/shared/fault';
import type { ModelManifest } from '../../../base/shared/model';
import type { ModelLocation, StoredModel } from '../../shared/recogniser';

/** A model that can be chosen. */
export interface CatalogueEntry {
  readonly manifest: ModelManifest;
  readonly location: ModelLocation;
}

/** The page's own list of models, made by the build from public/models (see tools/vite-models.ts). */
const INDEX_FILE = 'models/index.json';

/**
 * The models that come with the page, best first.
 *
 * @param pageUrl the page's address, whose folder holds `models/`
 * @throws Fault `model-download` where the list cannot be fetched
 */
export async function fetchSiteModels(pageUrl: string, fetcher: typeof fetch = fetch): Promise<CatalogueEntry[]> {
  const indexUrl = new URL(INDEX_FILE, pageUrl);
  let manifests: ModelManifest[];
  try {
    const response = await fetcher(indexUrl);
    if (!response.ok) throw new Error(`${indexUrl.pathname} answered ${response.status}`);
    manifests = (await response.json()) as ModelManifest[];
  } catch (error) {
    throw new Fault('model-download', `The list of models cannot be fetched: ${String(error)}`, { cause: error });
  }
  return manifests.map((manifest) => ({ manifest, location: { kind: 'site', baseUrl: new URL('.', indexUrl).href } }));
}

/** What a person keeps on the device. */
export function keptEntries(stored: readonly StoredModel[]): CatalogueEntry[] {
  return stored.map(({ manifest }) => ({ manifest, location: { kind: 'device' } }));
}
