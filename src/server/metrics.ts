import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { HeldBytes } from './held-bytes';
import type { Network } from './job';
import type { PredictPool, Recognised } from './pool';
import { processMetrics } from './process-metrics';

const SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
const PREFIX = 'sightglass_';
/** Gauges of prom-client that are named like counters (`promtool check metrics`); the same counts stand by type under names without the ending. */
const MISNAMED = ['handles', 'requests', 'resources'].map((what) => `nodejs_active_${what}_total`);

/** What the service counts and measures, in Prometheus' text format. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Counter<'route' | 'method' | 'status'>;
  readonly #duration: Histogram<'route'>;
  readonly #predictions: Counter<'model' | 'precision' | 'engine'>;
  readonly #problems: Counter<'code'>;
  readonly #steps: Histogram<'step'>;
  readonly #batches: Histogram;

  constructor(pool: PredictPool, held: HeldBytes) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    for (const name of MISNAMED) this.registry.removeSingleMetric(name);
    processMetrics(this.registry, () => pool.places);
    this.#requests = new Counter({ name: `${PREFIX}http_requests_total`, help: 'Answered requests.', labelNames: ['route', 'method', 'status'], registers });
    this.#duration = new Histogram({ name: `${PREFIX}http_request_duration_seconds`, help: 'From request to answer.', labelNames: ['route'], buckets: SECONDS, registers });
    this.#predictions = new Counter({ name: `${PREFIX}predictions_total`, help: 'Recognised pictures.', labelNames: ['model', 'precision', 'engine'], registers });
    this.#problems = new Counter({ name: `${PREFIX}problems_total`, help: 'Pictures and requests that failed, by code.', labelNames: ['code'], registers });
    this.#steps = new Histogram({ name: `${PREFIX}step_duration_seconds`, help: 'Decoding, preprocessing, inference.', labelNames: ['step'], buckets: SECONDS, registers });
    this.#batches = new Histogram({ name: `${PREFIX}batch_pictures`, help: 'Pictures of one request to /predict/batch or infer.', buckets: [1, 2, 4, 8, 16, 32, 64], registers });
    const gauge = (name: string, help: string, read: () => number): void => {
      const made: Gauge = new Gauge({ name: PREFIX + name, help, registers, collect: () => made.set(read()) });
    };
    gauge('workers', 'Processes that recognise.', () => pool.workers);
    gauge('workers_busy', 'Processes that work on a picture now.', () => pool.busy);
    const restarts: Counter = new Counter({
      name: `${PREFIX}worker_restarts_total`, help: 'Processes started in place of one that had ended.', registers,
      collect: () => {
        restarts.reset();
        restarts.inc(pool.restarts);
      },
    });
    const waits = new Histogram({ name: `${PREFIX}wait_duration_seconds`, help: 'From place in the queue to the start of work.', buckets: [0, ...SECONDS], registers });
    pool.onWait((milliseconds) => waits.observe(milliseconds / 1000));
    gauge('queue_length', 'Pictures that wait now.', () => pool.queued);
    gauge('held_upload_bytes', 'Bytes that uploads may hold now.', () => held.held);
  }

  request(route: string, method: string, status: number, seconds: number): void {
    this.#requests.inc({ route, method, status });
    this.#duration.observe({ route }, seconds);
  }

  prediction({ model, precision }: Network, { engine, timings }: Recognised): void {
    this.#predictions.inc({ model, precision, engine });
    for (const [step, ms] of Object.entries(timings)) this.#steps.observe({ step }, ms / 1000);
  }

  /** @param pictures of one request that may have several */
  batch(pictures: number): void {
    this.#batches.observe(pictures);
  }

  problem(code: string): void {
    this.#problems.inc({ code });
  }
}
