import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { contextFiles, copyFromContext } from '../../../tools/docker-steps/context';
import { nodeOf } from '../../../tools/docker-steps/build';
import { readDockerfile } from '../../../tools/docker-steps/dockerfile';
import { DEFAULTS, readSettings } from '../../../src/server/settings';
import { findHadolint } from '../../support/hadolint';
import { ROOT } from '../../support/shared';

const DOCKERFILE = join(ROOT, 'Dockerfile');
const hadolint = findHadolint();
/** Of the OCI's annotations, those that are said of every image. */
const LABELS = ['title', 'description', 'licenses', 'version', 'revision', 'created', 'base.name', 'base.digest'];

describe('Dockerfile', () => {
  const stages = readDockerfile(DOCKERFILE);
  const image = stages[stages.length - 1];

  it.skipIf(!hadolint)('pleases hadolint', () => {
    const { stdout, status } = spawnSync(hadolint ?? '', ['--failure-threshold', 'style', '--strict-labels', '--trusted-registry', 'docker.io', ...LABELS.flatMap((name) => ['--require-label', `org.opencontainers.image.${name}:text`]), DOCKERFILE], { encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  it.skipIf(!hadolint)('would be told by hadolint of a bad line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sightglass-hadolint-'));
    writeFileSync(join(folder, 'Dockerfile'), 'FROM node:latest\nRUN cd /app && npm i\n');
    const { stdout, status } = spawnSync(hadolint ?? '', [join(folder, 'Dockerfile')], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(status).not.toBe(0);
    expect(stdout).toMatch(/DL3007/);
  });

  it('has its stages on one small image of a Node that package.json takes, by its digest', () => {
    expect(stages.map(({ name }) => name)).toEqual(['build', 'packages', 'service']);
    const { engines, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { engines: { node: string }; version: string };
    expect(new Set(stages.map(({ base }) => base)).size).toBe(1);
    const [, name, digest] = /^(node:\d+\.\d+\.\d+-[a-z]+-slim)@(sha256:[0-9a-f]{64})$/.exec(image.base) ?? [];
    // An LTS of Node: their numbers are even. 20 ended in April 2026.
    expect(Number(nodeOf(image.base)) % 2).toBe(0);
    expect(nodeOf(image.base)).toBeGreaterThanOrEqual(Math.max(22, Number(/\d+/.exec(engines.node)?.[0])));
    // What is built is the same for every processor; packages and the image are of the one that it is for.
    const platforms = readFileSync(DOCKERFILE, 'utf8').match(/^FROM .*$/gm)?.map((line) => /--platform=(\S+)/.exec(line)?.[1]);
    expect(platforms).toEqual(['$BUILDPLATFORM', undefined, undefined]);
    expect(Object.keys(image.labels)).toEqual(LABELS.map((label) => `org.opencontainers.image.${label}`));
    expect(image.labels).toMatchObject({ 'org.opencontainers.image.base.name': `docker.io/library/${name}`, 'org.opencontainers.image.base.digest': digest });
    expect(image.steps).toContainEqual({ kind: 'arg', name: 'VERSION', value: version });
  });

  it('runs without root, with a health check, and stops by the signal that the service knows', () => {
    expect(image.user).toBe('1000');
    expect(image.command).toEqual(['node', 'dist-server/main.js']);
    expect(image.health?.join(' ')).toMatch(/\/healthz/);
    expect(image.stopSignal).toBe('SIGTERM');
    const env = Object.assign({}, ...image.steps.flatMap((step) => (step.kind === 'env' ? [step.values] : []))) as Record<string, string>;
    expect(env['ORT_DISABLE_TELEMETRY']).toBe('1');
    const settings = readSettings([], env);
    expect(settings.host).toBe('0.0.0.0');
    expect(image.ports).toEqual([settings.port]);
    expect(settings.port).toBe(DEFAULTS.port);
  });

  it('takes only what runs into the image: no sources, no packages of the build', () => {
    const copies = image.steps.flatMap((step) => (step.kind === 'copy' ? [`${step.from ?? ''}:${step.sources.join(' ')}`] : []));
    expect(copies).toEqual(['packages:/app/node_modules', 'packages:/app/sbom.cdx.json', 'build:/app/dist-server', 'build:/app/dist', ':package.json']);
  });

  it('names what it does not understand', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sightglass-dockerfile-'));
    const read = (text: string) => (): unknown => {
      writeFileSync(join(folder, 'Dockerfile'), text);
      return readDockerfile(join(folder, 'Dockerfile'));
    };
    expect(read('FROM node:20\nADD x /y\n')).toThrow('ADD is not understood');
    expect(read('FROM node:20\nCMD node main.js\n')).toThrow('CMD has to be a JSON list');
    rmSync(folder, { recursive: true });
  });
});

describe('packages', () => {
  it('of the image are those that the service imports, and no others', () => {
    const imported = new Set<string>();
    const folder = join(ROOT, 'src/server');
    for (const name of readdirSync(folder, { recursive: true }).map(String).filter((each) => each.endsWith('.ts'))) {
      const source = readFileSync(join(folder, name), 'utf8');
      // At the top, or where it is needed; types are gone from what runs.
      for (const [, whole, late] of source.matchAll(/^import (?!type )[^;]*?'([^']+)';|(?<!typeof )\bimport\('([^']+)'\)/gm)) {
        const from = whole ?? late;
        if (!/^(\.|node:)/.test(from)) imported.add(/^(@[^/]+\/)?[^/]+/.exec(from)?.[0] ?? from);
      }
    }
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
    expect(Object.keys(dependencies).sort()).toEqual([...imported].sort());
  });
});

describe('.dockerignore', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sightglass-context-'));
    writeFileSync(join(folder, '.dockerignore'), readFileSync(join(ROOT, '.dockerignore')));
    for (const path of ['.git/config', '.env', '.npmrc', 'package.json', 'package-lock.json', 'node_modules/x/index.js', 'dist/index.html', 'src/app/main.ts', 'src/.env', 'src/server/main.ts', 'tests/secret.test.ts', 'tests/.tmp/picture.jpg', '.certs/root.key', 'tools/phone.key', 'tools/headers.ts', 'public/models/resnet18.onnx', 'public/ort/ort.wasm', 'models/weights.safetensors', 'README.md', 'calibration/a.jpg', 'vite.config.ts', 'vite.server.config.ts', 'vitest.config.ts', 'tsconfig.base.json', 'index.html', 'npm.log', 'src/npm.log']) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), path);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('lets in what the build needs and nothing else', () => {
    expect(contextFiles(folder).sort()).toEqual([
      '.npmrc', 'index.html', 'models/weights.safetensors', 'package-lock.json', 'package.json', 'public/models/resnet18.onnx', 'src/app/main.ts',
      'src/server/main.ts', 'tools/headers.ts', 'tsconfig.base.json', 'vite.config.ts', 'vite.server.config.ts',
    ]);
  });

  it('makes COPY of what is left out fail, as in Docker', () => {
    const files = contextFiles(folder);
    expect(() => copyFromContext(folder, files, ['README.md'], join(folder, 'out'))).toThrow('COPY README.md');
    copyFromContext(folder, files, ['src', 'package.json'], join(folder, 'out'));
    expect(readFileSync(join(folder, 'out/server/main.ts'), 'utf8')).toBe('src/server/main.ts');
    expect(readFileSync(join(folder, 'out/package.json'), 'utf8')).toBe('package.json');
  });
});

describe('compose.yaml', () => {
  interface Service {
    readonly build: string;
    readonly ports: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
    readonly read_only: boolean;
    readonly cap_drop: readonly string[];
    readonly security_opt: readonly string[];
    readonly tmpfs: readonly string[];
    readonly healthcheck: { readonly test: readonly string[] };
    readonly stop_grace_period: string;
    readonly pids_limit: number;
    readonly mem_limit: string;
    readonly cpus: number;
    readonly privileged?: boolean;
    readonly volumes?: readonly string[];
  }
  const { services } = parse(readFileSync(join(ROOT, 'compose.yaml'), 'utf8')) as { services: Record<string, Service> };
  const service = services['sightglass'];

  it('gives the service no more rights and room than it needs', () => {
    expect(Object.keys(services)).toEqual(['sightglass']);
    expect(service).toMatchObject({ build: '.', read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(service.privileged).toBeUndefined();
    expect(service.volumes).toBeUndefined();
    expect([service.pids_limit, service.mem_limit, service.cpus].every(Boolean)).toBe(true);
    expect(service.tmpfs.every((mount) => /size=/.test(mount) && /noexec/.test(mount))).toBe(true);
  });

  it('has room for the largest picture that was measured in each process, for uploads and for the weights, as Kubernetes has', () => {
    const [, table] = /<!-- peaks -->([^]*?)<!-- end peaks -->/.exec(readFileSync(join(ROOT, 'docs/service.md'), 'utf8')) ?? [];
    const peaks = [...(table ?? '').matchAll(/^\|.*\| (\d+) \|$/gm)].map(([, peak]) => Number(peak));
    expect(peaks.length).toBeGreaterThan(5);
    const mib = (size: string | undefined): number => Number.parseInt(size ?? '', 10) * (/g/i.test(size ?? '') ? 1024 : 1);
    // Files in memory count as well; what is left is the server's.
    const needed = service.cpus * Math.max(...peaks) + DEFAULTS.maxHeldBytes / 2 ** 20 + mib(/size=(\w+)/.exec(service.tmpfs[0])?.[1]);
    expect(mib(service.mem_limit)).toBeGreaterThan(needed + 256);
    const pod = readFileSync(join(ROOT, 'deploy/kubernetes/deployment.yaml'), 'utf8');
    expect(mib(/limits:\s+memory: (\w+)/.exec(pod)?.[1])).toBe(mib(service.mem_limit));
  });

  it('binds loopback only, to the port that the image listens at', () => {
    expect(service.ports).toEqual([`127.0.0.1:${DEFAULTS.port}:${DEFAULTS.port}`]);
  });

  it('has settings that the service takes, a health check, and time to stop', () => {
    expect(readSettings([], service.environment).workers).toBe(service.cpus);
    expect(service.healthcheck.test[0]).toBe('CMD');
    expect(service.healthcheck.test.join(' ')).toContain(`:${DEFAULTS.port}/healthz`);
    expect(Number.parseInt(service.stop_grace_period, 10) * 1000).toBeGreaterThan(DEFAULTS.drainMs);
  });
});
