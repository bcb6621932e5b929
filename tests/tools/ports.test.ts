import { join } from 'node:path';
import { resolveConfig } from 'vite';
import { describe, expect, it } from 'vitest';
import { DEFAULTS } from '../../src/server/settings';
import { DEFAULT_PHONE_PORT } from '../../tools/phone/serve-phone';
import { DEFAULT_PORT } from '../../tools/serve';
import { ROOT } from '../support/shared';

/** Where its port is taken Vite takes the next one, and so on. */
const NEXT_PORTS = 50;

describe('the ports of our servers', () => {
  // A page of Vite's may leave a service worker behind, which would answer in place of whatever is at its port later.
  it('are none that vite dev or vite preview takes, also where some are taken', async () => {
    const { server, preview } = await resolveConfig({ configFile: join(ROOT, 'vite.config.ts'), logLevel: 'silent' }, 'serve');
    const ours = [DEFAULT_PORT, DEFAULT_PHONE_PORT, DEFAULTS.port];
    expect(new Set(ours).size).toBe(ours.length);
    for (const first of [server.port, preview.port]) {
      const taken = ours.filter((port) => port >= first && port < first + NEXT_PORTS);
      expect(taken, `from ${first} on`).toEqual([]);
    }
  });
});
