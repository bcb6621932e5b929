import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { alone } from '../../support/alone';
import { venvPython } from '../../support/python';
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
  const command = (python: string): string => join(dirname(python), 'kubernetes-validate');
  const python = venvPython('venv-kubernetes', (found) => existsSync(command(found)), 'kubernetes-validate==1.37.0');
  if (python !== undefined) return command(python);
  console.warn("\n*** SKIPPED: deploy/ is not compared with Kubernetes' schemas: pip cannot get kubernetes-validate. ***\n");
  return undefined;
}

const kustomize = findKustomize();
const validator = findValidator();

interface Container {
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly [key: string]: unknown;
}

interface Resource {
  readonly kind: string;
  readonly spec: { readonly selector?: object; readonly template?: { readonly spec: PodSpec }; readonly predictor?: PodSpec };
}

const LABELS = { 'app.kubernetes.io/name': 'sightglass' };

/** Every selector of a resource, wherever it stands: where, and what it selects by. */
function selectorsIn(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [...(/selector$/i.test(key) ? [[`${path}.${key}`, each] as [string, unknown]] : []), ...selectorsIn(each, `${path}.${key}`)]);
}

const variable = ({ env }: Container, name: string): number => Number(env.find((each) => each.name === name)?.value);

describe.skipIf(kustomize === undefined)('deploy/', () => {
  const build = (folder: string): string => {
    const { status, stdout, stderr } = spawnSync(kustomize ?? '', ['build', join(ROOT, 'deploy', folder)], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    return stdout;
  };
  const deployment = (made: readonly Resource[]): PodSpec => made.find(({ kind }) => kind === 'Deployment')?.spec.template?.spec as PodSpec;
  const resources = (text: string): Resource[] => parseAllDocuments(text).map((document) => document.toJS() as Resource);

  it('is built by kustomize, and selects its own pods', () => {
    const made = resources(build('kubernetes'));
    expect(made.map(({ kind }) => kind).sort()).toEqual(['Deployment', 'HorizontalPodAutoscaler', 'NetworkPolicy', 'PodDisruptionBudget', 'Service']);
    // An empty one selects every pod of the namespace.
    expect(Object.fromEntries(made.flatMap(({ kind, spec }) => selectorsIn(spec, kind)))).toEqual({
      'Deployment.selector': { matchLabels: LABELS }, 'Deployment.template.spec.topologySpreadConstraints.0.labelSelector': { matchLabels: LABELS },
      'NetworkPolicy.podSelector': { matchLabels: LABELS }, 'PodDisruptionBudget.selector': { matchLabels: LABELS }, 'Service.selector': LABELS,
    });
    const [container] = deployment(made).containers;
    expect(container).toMatchObject({
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      readinessProbe: { httpGet: { path: '/v2/health/ready' } }, livenessProbe: { httpGet: { path: '/v2/health/live' } }, startupProbe: { httpGet: { path: '/v2/health/live' } },
    });
  });

  it('gives the container of KServe the rights, probes, room and queue of the Deployment\'s', () => {
    const theirs = (parse(readFileSync(join(ROOT, 'deploy/kserve/inference-service.yaml'), 'utf8')) as Resource).spec.predictor;
    const ours = deployment(resources(build('kubernetes')));
    const { securityContext, volumes, automountServiceAccountToken, terminationGracePeriodSeconds } = ours;
    expect(theirs).toMatchObject({ securityContext, volumes, automountServiceAccountToken, terminationGracePeriodSeconds });
    // KServe names the container and its port itself, and calls the service by names of its own.
    const [[one], [other]] = [ours.containers, theirs?.containers ?? []].map((containers) =>
      containers.map((container) => {
        const [{ name, containerPort }] = container.ports;
        const byNumber = JSON.stringify(container).replaceAll(`"port":"${name}"`, `"port":${containerPort}`);
        const { name: _name, image: _image, ports: _ports, env, lifecycle: _lifecycle, ...rest } = JSON.parse(byNumber) as Container & Record<string, unknown>;
        return { ...rest, env: env.filter((each) => each.name !== 'ALLOWED_HOSTS') };
      }),
    );
    expect(other).toEqual(one);
    for (const [container] of [ours.containers, theirs?.containers ?? []]) expect(variable(container, 'QUEUE')).toBe(8 * variable(container, 'WORKERS'));
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
