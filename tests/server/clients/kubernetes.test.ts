import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { alone } from '../../support/alone';
import { ROOT, SCRATCH } from '../../support/shared';

const VERSION = 'v5.6.0';

/** Kustomize from the Go proxy, in tests/.tmp; undefined, with a loud word, where it cannot be built. */
function findKustomize(): string | undefined {
  const folder = join(SCRATCH, `kustomize-${VERSION}`);
  const path = join(folder, 'kustomize');
  const build = (): boolean => {
    if (!existsSync(path)) spawnSync('go', ['install', `sigs.k8s.io/kustomize/kustomize/v5@${VERSION}`], { env: { ...process.env, GOBIN: folder }, stdio: 'inherit' });
    return existsSync(path);
  };
  if (alone(folder, build)) return path;
  console.warn('\n*** SKIPPED: the test of deploy/ needs Go and its proxy, for kustomize. ***\n');
  return undefined;
}

/** kubernetes-validate from PyPI, which holds Kubernetes' own schemas (kubeconform fetches them from GitHub); undefined where pip cannot get it. */
function findValidator(): string | undefined {
  const folder = join(SCRATCH, 'venv-kubernetes');
  const path = join(folder, 'bin/kubernetes-validate');
  const make = (): boolean => {
    if (existsSync(path)) return true;
    if (spawnSync('python3', ['-m', 'venv', folder]).status !== 0) return false;
    spawnSync(join(folder, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', 'kubernetes-validate==1.37.0'], { stdio: 'inherit' });
    return existsSync(path);
  };
  if (alone(folder, make)) return path;
  console.warn("\n*** SKIPPED: deploy/ is not compared with Kubernetes' schemas: pip cannot get kubernetes-validate. ***\n");
  return undefined;
}

const kustomize = findKustomize();
const validator = findValidator();

interface Resource {
  readonly kind: string;
  readonly spec: { readonly selector?: object; readonly template?: { readonly spec: { readonly containers: readonly Record<string, unknown>[] } } };
}

describe.skipIf(kustomize === undefined)('deploy/', () => {
  const build = (folder: string): string => {
    const { status, stdout, stderr } = spawnSync(kustomize ?? '', ['build', join(ROOT, 'deploy', folder)], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    return stdout;
  };
  const resources = (text: string): Resource[] => parseAllDocuments(text).map((document) => document.toJS() as Resource);

  it('is built by kustomize, and selects its own pods', () => {
    const made = resources(build('kubernetes'));
    expect(made.map(({ kind }) => kind).sort()).toEqual(['Deployment', 'HorizontalPodAutoscaler', 'NetworkPolicy', 'PodDisruptionBudget', 'Service']);
    expect(made.find(({ kind }) => kind === 'Service')?.spec.selector).toEqual({ 'app.kubernetes.io/name': 'sightglass' });
    const [container] = made.find(({ kind }) => kind === 'Deployment')?.spec.template?.spec.containers ?? [];
    expect(container).toMatchObject({
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      readinessProbe: { httpGet: { path: '/v2/health/ready' } }, livenessProbe: { httpGet: { path: '/v2/health/live' } }, startupProbe: { httpGet: { path: '/v2/health/live' } },
    });
  });

  it('has one autoscaler by the queue in place of the one by the processor', () => {
    expect(resources(build('keda')).map(({ kind }) => kind).sort()).toEqual(['Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'ScaledObject', 'Service']);
  });

  it.skipIf(validator === undefined)("is what Kubernetes' schemas ask for, and nothing that they do not know", () => {
    const check = (text: string): { readonly status: number | null; readonly words: string } => {
      const { status, stdout, stderr } = spawnSync(validator ?? '', ['--strict', '-'], { input: text, encoding: 'utf8' });
      return { status, words: stdout + stderr };
    };
    const sound = build('kubernetes');
    const { status, words } = check(sound);
    expect(status, words).toBe(0);
    expect(words.match(/passed/g)).toHaveLength(5);
    expect(check(sound.replace('periodSeconds', 'periodSecond')).status).not.toBe(0);
  });
});
