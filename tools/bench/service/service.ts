// npm run bench -- service: our service against the same one written in Python, under load and overload; writes docs/service.md's table.
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { LabelConfidence } from '../../../src/server/job';
import { ascending, at, table, writePart } from '../report';
import { load, makeForms, SIZES, type Form, type Stretch } from './load';
import { ROOT, startFlask, startLitServe, startOurs, type Contestant } from './rivals';

const CONNECTIONS = [1, 4, 16];
const ROUNDS = 3;
const SECONDS = { small: 3, large: 3 } as const;
const WARM_UP = 2;
/** Requests a second under overload, as a multiple of what 16 connections get answered. */
const OVERLOAD = 4;
const OVERLOAD_SECONDS = 8;

type Size = keyof typeof SIZES;

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
  readonly size: Size;
  readonly connections: number;
  readonly rate: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly failed: number;
}

function figuresOf(name: string, size: Size, connections: number, stretches: readonly Stretch[]): Figures {
  const sorted = ascending(stretches.flatMap(({ latencies }) => latencies));
  return {
    name, size, connections,
    rate: at(ascending(stretches.map(({ rate }) => rate)), 0.5),
    p50: at(sorted, 0.5), p95: at(sorted, 0.95), p99: at(sorted, 0.99),
    failed: stretches.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** Of one size of pictures: all contestants at each number of connections, in turn. */
async function measure(contestants: readonly Contestant[], size: Size, forms: readonly Form[]): Promise<Figures[]> {
  const figures: Figures[] = [];
  for (const connections of CONNECTIONS) {
    const stretches = new Map<string, Stretch[]>(contestants.map(({ name }) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      // Begins with another one each time.
      const order = contestants.map((_, i) => contestants[(i + round) % contestants.length]);
      for (const { name, url } of order) stretches.get(name)?.push(await load(url, forms, connections, SECONDS[size]));
    }
    for (const [name, list] of stretches) figures.push(figuresOf(name, size, connections, list));
  }
  return figures;
}

interface Overloaded {
  readonly name: string;
  readonly asked: number;
  readonly stretch: Stretch;
  /** What it answers without overload. */
  readonly capacity: number;
}

/** Sends so many times what it can answer, whatever it answers. */
async function overload({ name, url }: Contestant, figures: readonly Figures[], forms: readonly Form[]): Promise<Overloaded> {
  const capacity = Math.max(...figures.filter((f) => f.name === name && f.size === 'small').map(({ rate }) => rate));
  const asked = Math.round(OVERLOAD * capacity);
  return { name, asked, capacity, stretch: await load(url, forms, 256, OVERLOAD_SECONDS, asked) };
}

const pixels = (size: Size): string => SIZES[size].join(' x ');

function report(figures: readonly Figures[], ours: string, memory: ReadonlyMap<string, number>, overloads: readonly Overloaded[], difference: number): string {
  const rows = figures.map(({ name, size, connections, rate, p50, p95, p99 }) => [pixels(size), String(connections), name, rate, p50, p95, p99]);
  const own = (figure: Figures, name: string): Figures | undefined => figures.find((f) => f.name === name && f.size === figure.size && f.connections === figure.connections);
  const times = (a: number | undefined, b: number): string => (a === undefined ? '–' : (a / b).toFixed(2));
  const ratios = figures.filter(({ name }) => !name.startsWith(ours)).map((f) => {
    const [floats, integers] = [own(f, ours), own(f, `${ours}, int8`)];
    return [pixels(f.size), String(f.connections), f.name, times(floats?.rate, f.rate), times(floats?.p95, f.p95), times(integers?.rate, f.rate), times(integers?.p95, f.p95)];
  });
  const failed = figures.filter((f) => f.failed > 0).map((f) => `${f.name}, ${pixels(f.size)}, at ${f.connections}: ${f.failed}`);
  return [
    `Measured by \`npm run bench -- service\` on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} x ${cpus()[0].model.trim()}, Node ${process.versions.node}, onnxruntime 1.30 on both sides, ResNet-18 fp32`,
    `(and int8 where said), JPEG pictures in a form; ${ROUNDS} rounds of ${SECONDS.small} s each, services in turn within each round; the load (autocannon) runs on the`,
    `same cores. Rates are medians of the rounds, latencies of all answers. Both sides gave the same labels in fp32, probabilities within ${difference.toExponential(0)}.`,
    failed.length === 0 ? 'No request failed.' : `Failed requests: ${failed.join('; ')}.`,
    '',
    table(['pictures', 'connections', 'service', 'requests/s', 'p50 ms', 'p95 ms', 'p99 ms'], rows),
    '',
    'Sightglass as a multiple of each (requests/s: more is better; p95: less is better), in fp32 and in int8:',
    '',
    table(['pictures', 'connections', 'against', 'requests/s', 'p95', 'int8: requests/s', 'int8: p95'], ratios),
    '',
    `Overload: ${OVERLOAD} times as many requests of 640 x 480 as it can answer, for ${OVERLOAD_SECONDS} s, over 256 connections. Refused is answered 503 at the door, with Retry-After.`,
    '',
    table(['service', 'asked/s', 'answered/s', 'of the best', 'p95 ms', 'refused or failed/s'], overloads.map(({ name, asked, capacity, stretch }) => [
      name, String(asked), stretch.rate, `${((stretch.rate / capacity) * 100).toFixed(0)} %`, at(ascending(stretch.latencies), 0.95), stretch.failed / OVERLOAD_SECONDS,
    ])),
    '',
    `Memory after the load (PSS, all processes of a service together): ${[...memory].map(([name, mib]) => `${name} ${mib.toFixed(0)} MiB`).join(', ')}.`,
  ].join('\n');
}

/** @param options `small`: pictures of 640 x 480 alone, without overload; prints ratios and memory, and writes nothing */
export async function benchService(options: readonly string[] = []): Promise<void> {
  const forms = { small: await makeForms(4), large: await makeForms(2, SIZES.large) };
  const contestants: Contestant[] = [];
  try {
    for (const start of [() => startOurs('fp32'), () => startOurs('int8'), () => startFlask('waitress'), () => startFlask('gunicorn'), startLitServe]) contestants.push(await start());
    const difference = await sameAnswers(contestants.filter(({ name }) => !name.endsWith('int8')), forms.small);
    for (const { url } of contestants) await load(url, forms.small, 4, WARM_UP);
    const figures = await measure(contestants, 'small', forms.small);
    const memory = new Map(contestants.map((c) => [c.name, c.memory()]));
    if (options.includes('small')) return console.log(report(figures, contestants[0].name, memory, [], difference));
    figures.push(...(await measure(contestants, 'large', forms.large)));
    const overloads: Overloaded[] = [];
    for (const contestant of contestants) overloads.push(await overload(contestant, figures, forms.small));
    writePart('bench', report(figures, contestants[0].name, memory, overloads, difference), join(ROOT, 'docs/service.md'));
  } finally {
    await Promise.all(contestants.map((c) => c.stop()));
  }
}
