// One process of `npm run bench -- batching`: MODEL THREADS BATCH SECONDS. Tells its pictures, milliseconds, and milliseconds of processor time.
import * as ort from '../../../src/server/onnxruntime';
import { forBatches } from './for-batches';

const [model, threads, batch, seconds] = process.argv.slice(2);
const session = await ort.InferenceSession.create(forBatches(model), {
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
