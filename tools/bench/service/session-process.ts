// One process of `npm run bench -- batching`: MODEL THREADS BATCH SECONDS. Tells its pictures, milliseconds, and milliseconds of processor time.
import { readFileSync } from 'node:fs';
import { decodeModel, encodeModel, type OnnxModel } from '../../../src/engine/index';
import * as ort from '../../../src/server/onnxruntime';

/** The same network for any number of pictures at a time: its files are of one. */
function forBatches({ graph, ...rest }: OnnxModel): OnnxModel {
  const shapes = new Set(graph.nodes.filter(({ op }) => op === 'Reshape').map(({ inputs }) => inputs[1]));
  const any = new BigInt64Array([-1n, 512n]);
  return {
    ...rest,
    graph: {
      ...graph,
      initializers: graph.initializers.map((each) => (shapes.has(each.name) ? { ...each, raw: new Uint8Array(any.buffer) } : each)),
      inputs: graph.inputs.map((each) => ({ ...each, shape: ['n', ...(each.shape ?? []).slice(1)] })),
      outputs: graph.outputs.map((each) => ({ ...each, shape: ['n', ...(each.shape ?? []).slice(1)] })),
    },
  };
}

const [model, threads, batch, seconds] = process.argv.slice(2);
const session = await ort.InferenceSession.create(encodeModel(forBatches(decodeModel(readFileSync(model)))), {
  intraOpNumThreads: Number(threads), interOpNumThreads: 1, logSeverityLevel: 3, extra: { session: { intra_op: { allow_spinning: '0' } } },
});
const shape = [Number(batch), 3, 224, 224];
const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => 2 * Math.sin(i));
const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', values, shape) };
const run = (): Promise<unknown> => session.run(feeds, ['logits']);
for (let i = 0; i < 3; i++) await run();
process.send?.('ready');
process.once('message', () => void measure());

async function measure(): Promise<void> {
  const [begun, used] = [performance.now(), process.cpuUsage()];
  let pictures = 0;
  while (performance.now() - begun < 1000 * Number(seconds)) {
    await run();
    pictures += Number(batch);
  }
  const { user, system } = process.cpuUsage(used);
  process.send?.({ pictures, milliseconds: performance.now() - begun, cpu: (user + system) / 1000 });
  process.disconnect();
}
