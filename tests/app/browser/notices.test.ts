import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOTICES } from '../../../src/base/shared/offline';
import { ONNXRUNTIME_NOTICES, ONNXRUNTIME_VERSION } from '../../../tools/notices/plugin';
import { serveBuilt, type Serving } from '../../../tools/serve';
import { openApp, openBrowser, type Browsing } from '../../support/browser';
import { productionBuild } from '../../support/production-build';
import { ROOT, SCRATCH } from '../../support/shared';

interface Bundled {
  /** Folder of the package. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
}

/** Packages whose code a source map names, in any bundle under a folder. */
function packagesIn(folder: string): { readonly activations: string[]; readonly packages: Bundled[] } {
  const activations = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.map'));
  const folders = new Set<string>();
  for (const path of activations) {
    const { sources } = JSON.parse(readFileSync(join(folder, path), 'utf8')) as { sources: readonly string[] };
    for (const source of sources) {
      // The last one: a package may have its own packages within.
      const [, inside] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+(?:\/node_modules\/(?:@[^/]+\/)?[^/]+)*)\//.exec(source) ?? [];
      if (inside !== undefined) folders.add(join(ROOT, 'node_modules', inside));
    }
  }
  const packages = [...folders].map((path) => {
    const { name, version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as { name: string; version: string };
    return { folder: path, name, version };
  });
  return { activations, packages };
}

const words = (text: string): string => text.replace(/\s+/g, ' ').trim();

describe('licences of what the build is made of', () => {
  const folder = join(SCRATCH, 'build-notices');
  let notices: string;

  beforeAll(async () => {
    // Source maps tell, whatever the plugin finds, what is in the bundles of the page, of each worker and of the service worker.
    await productionBuild({ root: ROOT, logLevel: 'error', build: { outDir: folder, emptyOutDir: true, sourcemap: true } });
    notices = readFileSync(join(folder, NOTICES), 'utf8');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('name each package in any bundle, with its licence text', () => {
    const { activations, packages } = packagesIn(folder);
    for (const worker of ['recogniser', 'recorder', 'session-store', 'session-transfer', 'teach', 'keep-offline']) {
      expect(activations.some((path) => path.includes(`${worker}.worker`)), worker).toBe(true);
    }
    expect(activations).toContain('service-worker.js.map');
    const names = packages.map(({ name }) => name);
    for (const name of ['lit-html', 'comlink', 'onnxruntime-web', 'mediabunny', 'idb', 'client-zip', '@zip.js/zip.js', 'workbox-precaching', 'workbox-window']) {
      expect(names).toContain(name);
    }
    const text = words(notices);
    for (const { folder: path, name, version } of packages) {
      expect(notices, name).toMatch(new RegExp(`^${name} ${version.replaceAll('.', '\\.')}\n  Licence: \\S`, 'm'));
      const file = readdirSync(path).find((each) => /^licen[cs]e/i.test(each));
      // onnxruntime-web alone ships none.
      expect(file === undefined, `${name} has ${file}`).toBe(name === 'onnxruntime-web');
      if (file !== undefined) expect(text.includes(words(readFileSync(join(path, file), 'utf8'))), name).toBe(true);
    }
  });

  it('have the app\'s own, and those of what is no package', () => {
    expect(words(notices)).toContain(words(readFileSync(join(ROOT, 'LICENSE'), 'utf8')));
    expect(readFileSync(join(folder, 'LICENSE.txt'))).toEqual(readFileSync(join(ROOT, 'LICENSE')));
    expect(notices).toContain('English class names\n  Licence: BSD-3-Clause');
    expect(notices).toContain('Copyright (c) Soumith Chintala 2016');
    expect(notices).toContain('Weights of EfficientNet-Lite0\n  Licence: Apache-2.0');
    expect(notices).toContain('Apache License\n                           Version 2.0');
    expect(notices).toContain('Copyright (c) Microsoft Corporation');
  });

  it('have onnxruntime\'s own list, of the very release that is built in', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules/onnxruntime-web/package.json'), 'utf8')) as { version: string };
    expect(ONNXRUNTIME_VERSION).toBe(version);
    const list = readFileSync(join(folder, ONNXRUNTIME_NOTICES), 'utf8');
    for (const part of ['protocolbuffers/protobuf', 'Eigen', 'abseil-cpp', 'google/re2', 'nlohmann/json', 'emsdk']) expect(list).toContain(part);
  });

  it('go with the service too, for what it has within', async () => {
    const service = join(SCRATCH, 'build-service');
    try {
      await productionBuild({ root: ROOT, configFile: join(ROOT, 'vite.server.config.ts'), logLevel: 'error', build: { outDir: service, emptyOutDir: true } });
      const { activations, packages } = packagesIn(service);
      expect(activations).toContain('main.js.map');
      expect(packages.map(({ name }) => name)).toContain('pbf');
      expect(readFileSync(join(service, 'avif-NOTICES.txt'), 'utf8')).toBe(readFileSync(join(ROOT, 'src/server/avif/NOTICES.txt'), 'utf8'));
      const own = words(readFileSync(join(service, NOTICES), 'utf8'));
      for (const { name, version, folder: within } of packages) {
        expect(own).toContain(`${name} ${version}`);
        const file = readdirSync(within).find((entry) => /^licen[cs]e/i.test(entry));
        if (file) expect(own, name).toContain(words(readFileSync(join(within, file), 'utf8')));
      }
    } finally {
      rmSync(service, { recursive: true, force: true });
    }
  });
});

describe('the way to the licences', () => {
  let serving: Serving;
  let browsing: Browsing;
  let page: Page;

  beforeAll(async () => {
    serving = await serveBuilt();
    browsing = await openBrowser({ context: { serviceWorkers: 'allow' } });
    page = browsing.page;
  });
  afterAll(async () => {
    await browsing.close();
    await serving.close();
  });

  const read = async (): Promise<string | null> => {
    await page.keyboard.press(',');
    const [opened] = await Promise.all([
      browsing.context.waitForEvent('page'),
      page.locator('sg-settings-sheet').getByRole('link', { name: 'Licences' }).click(),
    ]);
    await opened.waitForLoadState();
    const text = await opened.locator('body').textContent();
    await opened.close();
    await page.keyboard.press('Escape');
    return text;
  };

  it('is in the settings', async () => {
    expect(existsSync(join(ROOT, 'dist', NOTICES))).toBe(true);
    await openApp(page, serving.url);
    const text = await read();
    expect(text).toMatch(/^Sightglass\n/);
    expect(text).toMatch(/\nlit-html [\d.]+\n {2}Licence: BSD-3-Clause\n/);
    expect(text).toContain('Copyright (c) 2017 Google LLC. All rights reserved.');
  });

  it('works without a network', async () => {
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await serving.close();
    await openApp(page, serving.url);
    expect(await read()).toMatch(/\nmediabunny [\d.]+\n {2}Licence: MPL-2.0\n {2}Source: https:\/\/github\.com\/Vanilagy\/mediabunny/);
  });
});
