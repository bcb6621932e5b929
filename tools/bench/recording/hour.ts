import { join } from 'node:path';
import { openBrowser } from '../../../tests/support/browser';
import { ROOT } from '../../../tests/support/shared';
import { machine, table, writePart } from '../report';
import { serveBuilt, type Serving } from '../../serve';

const HOUR_S = 3600;
/** Video frames and recognitions a second of the simulated session. */
const FRAME_RATE = 30;
const RECOGNITION_RATE = 10;
const SAMPLES = 6;
const [WIDTH, HEIGHT] = [160, 120];

/**
 * One hour of video and labels, sent to the built recorder worker as fast as it takes them: small frames, so that an
 * hour is encoded in a few minutes, but as many frames, fragments and labels as an hour has. Memory is what the
 * renderer process, in which page and worker live, has of JavaScript heap and buffers
 * (performance.measureUserAgentSpecificMemory).
 */
async function hour(serving: Serving): Promise<string> {
  const browsing = await openBrowser({ own: true });
  const { page } = browsing;
  const version = page.context().browser()?.version() ?? '';
  try {
    await page.goto(serving.url);
    const source = await page.evaluate(async () => {
      // The worker's own address is in the chunk that starts it.
      const seen = new Set<string>();
      const queue = [...document.querySelectorAll<HTMLScriptElement>('script[src]')].map((script) => script.src);
      for (let at = 0; at < queue.length; at++) {
        const text = await (await fetch(queue[at])).text();
        const worker = /recorder\.worker-[\w-]+\.js/.exec(text);
        if (worker) return new URL(`assets/${worker[0]}`, location.href).href;
        for (const [name] of text.matchAll(/[\w-]+-[\w-]{8}\.js/g)) {
          const url = new URL(`assets/${name}`, location.href).href;
          if (!seen.has(url)) queue.push(url);
          seen.add(url);
        }
      }
      throw new Error('The recorder worker was not found in the built page.');
    });
    // tsx compiles names of functions into calls of esbuild's helper, which the page has not.
    await page.evaluate('globalThis.__name = (value) => value');
    const seen = await page.evaluate(simulate, { source, seconds: HOUR_S, frameRate: FRAME_RATE, recognitionRate: RECOGNITION_RATE, width: WIDTH, height: HEIGHT, samples: SAMPLES });
    console.log(`The session: ${seen.durationS.toFixed(1)} s, ${seen.recognitions} recognitions, ${seen.dropped} frames sent again because the encoder was behind.`);
    return [
      machine(version), '',
      `\`npm run bench -- recording-hour\` sends ${HOUR_S * FRAME_RATE} frames of ${WIDTH} x ${HEIGHT} and ${HOUR_S * RECOGNITION_RATE} recognitions, which is an hour at`,
      `${FRAME_RATE} frames and ${RECOGNITION_RATE} recognitions a second, through the built recorder worker, as fast as it takes them (${seen.tookS.toFixed(0)} s), and asks the`,
      'browser for the memory of page and worker (`performance.measureUserAgentSpecificMemory`; most of it is the network, which the page',
      'has loaded):', '',
      table(['minutes of film', 'MiB of page and worker', 'MB written'], seen.rows.map((row) => [String(Math.round(row.seconds / 60)), row.memory / 2 ** 20, row.bytes / 1e6])),
    ].join('\n');
  } finally {
    await browsing.close();
  }
}

interface Simulation {
  readonly source: string;
  readonly seconds: number;
  readonly frameRate: number;
  readonly recognitionRate: number;
  readonly width: number;
  readonly height: number;
  readonly samples: number;
}

interface Simulated {
  readonly rows: { seconds: number; memory: number; bytes: number }[];
  readonly tookS: number;
  readonly durationS: number;
  readonly recognitions: number;
  readonly dropped: number;
}

/** Runs in the page; speaks Comlink's messages (a call is {id, type: 'APPLY', path, argumentList}). */
async function simulate({ source, seconds, frameRate, recognitionRate, width, height, samples }: Simulation): Promise<Simulated> {
  const worker = new Worker(source, { type: 'module', name: 'recorder' });
  const answers = new Map<string, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  worker.addEventListener('message', ({ data }: MessageEvent<{ id: string; type: string; value: unknown }>) => {
    const answer = answers.get(data.id);
    answers.delete(data.id);
    if (data.type === 'HANDLER') answer?.reject(new Error(JSON.stringify(data.value)));
    else answer?.resolve(data.value);
  });
  let calls = 0;
  const call = (name: string, values: readonly unknown[], transfer: Transferable[] = []): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = String(++calls);
      answers.set(id, { resolve, reject });
      const argumentList = values.map((value) => (value instanceof MessagePort ? { type: 'HANDLER', name: 'proxy', value } : { type: 'RAW', value }));
      worker.postMessage({ id, type: 'APPLY', path: [name], argumentList }, transfer);
    });
  const { port1, port2 } = new MessageChannel();
  let status = { bytes: 0, dropped: 0 };
  port1.onmessage = ({ data }: MessageEvent<{ id: string; argumentList: { value: { kind: string; status?: typeof status } }[] }>) => {
    const event = data.argumentList?.[0].value;
    if (event?.status) status = event.status;
    port1.postMessage({ id: data.id, type: 'RAW', value: undefined });
  };
  await call('begin', [{ id: 'bench-hour', name: 'hour', createdAt: Date.now(), width, height, frameRate }, port2], [port2]);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: false })!;
  const memory = (): Promise<number> =>
    (performance as unknown as { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> }).measureUserAgentSpecificMemory().then((m) => m.bytes);
  const rows: Simulated['rows'] = [];
  const began = performance.now();
  const frames = seconds * frameRate;
  let lastMs = -1;
  const model = { id: 'bench', name: 'bench', precision: 'fp32' };
  for (let i = 0; i < frames; i++) {
    if (i % Math.floor(frames / samples) === 0) rows.push({ seconds: i / frameRate, memory: await memory(), bytes: status.bytes });
    context.fillStyle = `hsl(${i % 360} 60% 50%)`;
    context.fillRect(0, 0, width, height);
    context.fillStyle = '#fff';
    context.fillRect(i % width, (i * 3) % height, 24, 24);
    const timeUs = Math.max(lastMs + 1, Math.round((i * 1000) / frameRate)) * 1000;
    lastMs = timeUs / 1000;
    const recognised = i % Math.round(frameRate / recognitionRate) === 0;
    // Its answer is waited for, so that nothing queues up; a frame that was dropped, as the encoder is behind, is sent
    // anew.
    for (;;) {
      const frame = new VideoFrame(canvas, { timestamp: timeUs });
      if (await call('frame', [frame, timeUs, true], [frame])) break;
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    if (recognised) {
      const top = [0, 1, 2].map((k) => ({ index: (i + k) % 1000, name: `class ${(i + k) % 1000}`, probability: 0.5 / (k + 1) }));
      await call('recognised', [{ timeUs, top, modelId: model.id, precision: model.precision, latencyMs: 42 }, model]);
    }
  }
  rows.push({ seconds, memory: await memory(), bytes: status.bytes });
  const finished = (await call('finish', [])) as { manifest: { durationUs: number; recognitions: number } };
  worker.terminate();
  return {
    rows,
    tookS: (performance.now() - began) / 1000,
    durationS: finished.manifest.durationUs / 1e6,
    recognitions: finished.manifest.recognitions,
    dropped: status.dropped,
  };
}

export async function benchHour(): Promise<void> {
  const serving = await serveBuilt();
  try {
    writePart('hour', await hour(serving), join(ROOT, 'docs/recording.md'));
  } finally {
    await serving.close();
  }
}
