import type { HeldBytes } from './held-bytes';
import type { Metrics } from './metrics';
import type { InstalledModels } from './models';
import type { PredictPool } from './pool';
import type { Settings } from './settings';

/** What the routes share. */
export interface ServiceParts {
  readonly settings: Settings;
  readonly models: InstalledModels;
  readonly pool: PredictPool;
  readonly held: HeldBytes;
  readonly metrics: Metrics;
  /** True once the service was told to stop. */
  readonly stopping: () => boolean;
}
