import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { productionBuild } from './production-build';
import { ROOT } from './shared';

/** Browser tests run the built page: builds it where `npm test` has not done so already. */
export default async function setup(): Promise<void> {
  if ((process.env['SIGHTGLASS_BUILT'] ?? process.env['SIGHTGLASS_PAGE_BUILT']) && existsSync(join(ROOT, 'dist/index.html'))) return;
  await productionBuild({ root: ROOT, logLevel: 'warn' });
  // Each project of vitest's has this as its set-up.
  process.env['SIGHTGLASS_PAGE_BUILT'] = '1';
}
