import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../support/shared';

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9/weights.safetensors';

describe('npm run model where ResNet-18 cannot be had', () => {
  let root: string;
  beforeAll(() => {
    // Where no weights lie about: beside no shared/ and with no models/.
    root = mkdtempSync(join(tmpdir(), 'sightglass-model-'));
    for (const name of ['src', 'tools', 'package.json', 'tsconfig.json', 'tsconfig.base.json', 'tsconfig.node.json']) cpSync(join(ROOT, name), join(root, 'app', name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'app/node_modules'));
    // tests/ is used by tools that make pictures.
    cpSync(join(ROOT, 'tests/support'), join(root, 'app/tests/support'), { recursive: true });
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const run = (environment: Readonly<Record<string, string>>): { readonly status: number | null; readonly stderr: string } =>
    spawnSync(process.execPath, ['--import', 'tsx', 'tools/model/main.ts'], {
      cwd: join(root, 'app'), encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: root, RESNET18_URL: NOWHERE, ...environment },
    });

  it('goes on with what there is', () => {
    const { status, stderr } = run({});
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('The app will recognise with the models that it comes with.');
  });

  it('fails where it is required, as by the image\'s build argument, and says what to do', () => {
    const { status, stderr } = run({ REQUIRE_RESNET18: '1' });
    expect(status).toBe(1);
    expect(stderr).toMatch(/REQUIRE_RESNET18.*put a \.safetensors file into models\//);
  });
});
