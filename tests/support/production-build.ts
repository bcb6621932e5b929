import { build, type InlineConfig } from 'vite';

/**
 * Builds as `npm run build` does. Vitest sets NODE_ENV to `test`, with which Vite makes a development build: another Lit, and no
 * service worker.
 */
export async function productionBuild(config: InlineConfig): Promise<void> {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    await build({ mode: 'production', ...config });
  } finally {
    process.env['NODE_ENV'] = before;
  }
}
