// npm run bench -- service: our service against the same one written in Python, under load; writes docs/service.md's table.
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { LabelConfidence } from '../../../src/server/job';
import { ascending, at, table, writePart } from '../report';
import { load, makeForms, type Form, type Stretch } from './load';
import { ROOT, startFlask, startOurs, type Contestant } from './rivals';

const CONNECTIONS = [1, 4, 16];
const ROUNDS = 3;
const SECONDS = 5;
const WARM_UP = 2;

async function ask(url: string, { body, type }: Form): Promise<LabelConfidence[]> {
  const response = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers: { 'Content-Type': type } });
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${await response.text()}`);
  return (await response.json()) as LabelConfidence[];
}

/** All must give the same answers, or their speeds say nothing. @returns the largest difference of a probability */
async function sameAnswers(contestants: readonly Contestant[], forms: readonly Form[]): Promise<number> {
  let worst = 0;
  for (const form of forms) {
    const [first, ...others] = await Promise.all(contestants.map(({ url }) => ask(url, form)));
    for (const other of others) {
      first.forEach(({ label, confidence }, i) => {
        if (other[i].label !== label) throw new Error(`One says ${label}, the other ${other[i].label}.`);
        worst = Math.max(worst, Math.abs(other[i].confidence - confidence));
      });
    }
  }
  return worst;
}

interface Figures {
  readonly name: string;
  readonly connections: number;
  readonly rate: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly failed: number;
}

function figuresOf(name: string, connections: number, stretches: readonly Stretch[]): Figures {
  const sorted = ascending(stretches.flatMap(({ latencies }) => latencies));
  return {
    name, connections,
    rate: at(ascending(stretches.map(({ rate }) => rate)), 0.5),
    p50: at(sorted, 0.5), p95: at(sorted, 0.95), p99: at(sorted, 0.99),
    failed: stretches.reduce((sum, { failed }) => sum + failed, 0),
  };
}

function report(figures: readonly Figures[], ours: string, memory: ReadonlyMap<string, number>, difference: number): string {
  const rows = figures.map(({ name, connections, rate, p50, p95, p99 }) => [String(connections), name, rate, p50, p95, p99]);
  const ratios = CONNECTIONS.flatMap((connections) => {
    const own = figures.find((f) => f.name === ours && f.connections === connections);
    return figures.filter((f) => own && f.name !== ours && f.connections === connections).map((f) => {
      const times = (a: number, b: number): string => (a / b).toFixed(2);
      return own ? [String(connections), f.name, times(own.rate, f.rate), times(own.p50, f.p50), times(own.p95, f.p95), times(own.p99, f.p99)] : [];
    });
  });
  const failed = figures.filter((f) => f.failed > 0).map((f) => `${f.name} at ${f.connections}: ${f.failed}`);
  return [
    `Measured by \`npm run bench -- service\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} x ${cpus()[0].model.trim()}, Node ${process.versions.node}, onnxruntime 1.30 on both sides, ResNet-18 fp32,`,
    `JPEG pictures of 640 x 480 in a form; ${ROUNDS} rounds of ${SECONDS} s each, services in turn within each round; the load (autocannon) runs on the`,
    `same cores. Rates are medians of the rounds, latencies of all answers. Both sides gave the same labels, probabilities within ${difference.toExponential(0)}.`,
    failed.length === 0 ? 'No request failed.' : `Failed requests: ${failed.join('; ')}.`,
    '',
    table(['connections', 'service', 'requests/s', 'p50 ms', 'p95 ms', 'p99 ms'], rows),
    '',
    'Sightglass as a multiple of each (requests/s: more is better; latencies: less is better):',
    '',
    table(['connections', 'against', 'requests/s', 'p50', 'p95', 'p99'], ratios),
    '',
    `Memory after the load (PSS, all processes of a service together): ${[...memory].map(([name, mib]) => `${name} ${mib.toFixed(0)} MiB`).join(', ')}.`,
  ].join('\n');
}

export async function benchService(): Promise<void> {
  const forms = await makeForms(4);
  const contestants: Contestant[] = [];
  try {
    for (const start of [startOurs, () => startFlask(false), () => startFlask(true)]) contestants.push(await start());
    const difference = await sameAnswers(contestants, forms);
    for (const { url } of contestants) await load(url, forms, 4, WARM_UP);
    const figures: Figures[] = [];
    for (const connections of CONNECTIONS) {
      const stretches = new Map<string, Stretch[]>(contestants.map(({ name }) => [name, []]));
      for (let round = 0; round < ROUNDS; round++) {
        // Begins with another one each time.
        const order = contestants.map((_, i) => contestants[(i + round) % contestants.length]);
        for (const { name, url } of order) stretches.get(name)?.push(await load(url, forms, connections, SECONDS));
      }
      for (const [name, list] of stretches) figures.push(figuresOf(name, connections, list));
    }
    const memory = new Map(contestants.map((c) => [c.name, c.memory()]));
    writePart('bench', report(figures, contestants[0].name, memory, difference), join(ROOT, 'docs/service.md'));
  } finally {
    await Promise.all(contestants.map((c) => c.stop()));
  }
}
