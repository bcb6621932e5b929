import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULTS, readSettings } from '../../src/server/settings';
import { ROOT } from '../support/shared';

describe('settings of the service', () => {
  it('bind loopback only, unless told', () => {
    expect(readSettings([], {})).toEqual(DEFAULTS);
    expect(DEFAULTS.host).toBe('127.0.0.1');
  });
  it('come from the command line, else from the environment', () => {
    const environment = { HOST: '0.0.0.0', PORT: '8080', MAX_BYTES: '5000', LOG_LEVEL: 'info', TIMEOUT_MS: '' };
    expect(readSettings(['--port', '9000', '--max-pixels=123'], environment)).toEqual({
      ...DEFAULTS, host: '0.0.0.0', port: 9000, maxBytes: 5000, maxPixels: 123, logLevel: 'info',
    });
  });
  it('look for models in the page that they are told', () => {
    expect(readSettings(['--folder', '/page'], {}).models).toBe('/page/models');
    expect(readSettings(['--folder', '/page', '--models', '/m'], {}).models).toBe('/m');
    expect(readSettings([], { FOLDER: '/page' }).models).toBe('/page/models');
    expect(readSettings([], { FOLDER: '/page', MODELS: '/m' }).models).toBe('/m');
  });
  it.each([
    [['--port', '70000'], {}, /--port \(or PORT\) takes a whole number from 0 to 65535, not 70000/],
    [['--workers', '0'], {}, /--workers/],
    [[], { TIMEOUT_MS: 'soon' }, /--timeout-ms \(or TIMEOUT_MS\).*not soon/],
    [['--log-level', 'loud'], {}, /fatal, error, warn/],
    [['--colour', 'red'], {}, /Unknown option '--colour'\. Settings: .*--max-pixels/],
    [['picture.jpg'], {}, /Settings: /],
  ] as const)('refuse %j %j with words', (args, environment, message) => {
    expect(() => readSettings(args, environment)).toThrow(message);
  });
  it('that are wrong are told in the format that is asked for, with what a developer needs', () => {
    const start = (args: readonly string[], environment: Record<string, string>): { readonly status: number | null; readonly stdout: string; readonly stderr: string } =>
      spawnSync(process.execPath, ['--import', 'tsx', join(ROOT, 'src/server/main.ts'), ...args], { cwd: ROOT, encoding: 'utf8', env: { ...process.env, ...environment } });
    for (const [args, environment] of [[['--port', 'x', '--log-format=json'], {}], [['--port', 'x'], { LOG_FORMAT: 'json' }]] as const) {
      const { status, stdout, stderr } = start(args, environment);
      expect([status, stderr]).toEqual([1, '']);
      expect(JSON.parse(stdout)).toMatchObject({ level: 60, msg: expect.stringContaining('not x') as string, err: { stack: expect.stringContaining('settings.ts') as string } });
    }
    expect(start(['--port', 'x'], { LOG_FORMAT: '' })).toMatchObject({ status: 1, stdout: '', stderr: '--port (or PORT) takes a whole number from 0 to 65535, not x.\n' });
  });
});
