import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildStages, type BuiltStage } from '../../../tools/docker-steps/build';
import { readDockerfile } from '../../../tools/docker-steps/dockerfile';
import { startImage, untilHealthy, type RunningImage } from '../../../tools/docker-steps/run';
import { encodedImage, post } from '../../support/server/service';
import { ROOT } from '../../support/shared';

/** No Docker engine runs where these tests do: the Dockerfile's own steps are run in a scratch folder. */
describe("the Dockerfile's steps", () => {
  let scratch: string;
  let last: BuiltStage;
  let image: RunningImage;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'sightglass-steps-'));
    // Somebody without rights has to read it.
    chmodSync(scratch, 0o755);
    const log: string[] = [];
    try {
      const built = buildStages(readDockerfile(join(ROOT, 'Dockerfile')), ROOT, scratch, (line) => log.push(line));
      last = built[built.length - 1];
    } finally {
      console.log(log.join('\n'));
    }
    image = await startImage(last);
    await untilHealthy(image, 60);
  }, 300_000);
  afterAll(() => {
    image?.child.kill('SIGKILL');
    rmSync(scratch, { recursive: true, force: true });
  });

  it('give a folder with what runs and little else', () => {
    expect(readdirSync(last.workdir).sort()).toEqual(['dist', 'dist-server', 'node_modules', 'package.json', 'sbom.cdx.json']);
    for (const notices of ['THIRD-PARTY-NOTICES.txt', 'avif-NOTICES.txt']) expect(existsSync(join(last.workdir, 'dist-server', notices)), notices).toBe(true);
    // Nothing of the page, nor of the engine's own packages.
    for (const page of ['lit', 'onnxruntime-web', 'flatbuffers', 'protobufjs', 'pbf', '@sightglass', 'vite', 'typescript', 'onnxruntime-node/bin/napi-v6/win32']) {
      expect(existsSync(join(last.workdir, 'node_modules', page)), page).toBe(false);
    }
    expect(readdirSync(join(last.workdir, 'node_modules/onnxruntime-node/bin/napi-v6/linux'))).toEqual([process.arch]);
  });

  it('say in a CycloneDX document which packages the image has', () => {
    const { bomFormat, metadata, components } = JSON.parse(readFileSync(join(last.workdir, 'sbom.cdx.json'), 'utf8')) as {
      bomFormat: string; metadata: { component: { name: string } }; components: { name: string; version: string; purl: string; licenses?: unknown[] }[];
    };
    expect([bomFormat, metadata.component.name]).toEqual(['CycloneDX', 'sightglass']);
    const known = new Set(components.map(({ name, version }) => `${name}@${version}`));
    // Each package that lies there, at whatever depth, and no other.
    const there = new Set(
      readdirSync(join(last.workdir, 'node_modules'), { recursive: true }).map(String)
        .filter((path) => /(^|node_modules\/)(@[^/]+\/)?[^/@][^/]*\/package\.json$/.test(path))
        .map((path) => {
          const { name, version } = JSON.parse(readFileSync(join(last.workdir, 'node_modules', path), 'utf8')) as { name: string; version: string };
          return `${name}@${version}`;
        }),
    );
    expect([...known].sort()).toEqual([...there].sort());
    for (const { purl } of components) expect(purl).toMatch(/^pkg:npm\//);
  });

  it('give a service that runs without root, recognises a picture, and serves the isolated page', async () => {
    if (process.getuid?.() === 0) expect(image.uid).toBeGreaterThan(0);
    const answer = await post(`${image.url}/predict`, await encodedImage('jpeg'), 'image/jpeg');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toHaveLength(3);
    const page = await fetch(`${image.url}/`);
    expect(page.status).toBe(200);
    expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    expect(await page.text()).toContain('<title>Sightglass</title>');
  });

  it('give a service that ends with 0 when told to stop', async () => {
    const { code, signal, output } = await image.stop();
    expect({ code, signal }, output).toEqual({ code: 0, signal: null });
    expect(output).toContain('SIGTERM: stopping');
    expect(image.health()).not.toBe(0);
  });
});
