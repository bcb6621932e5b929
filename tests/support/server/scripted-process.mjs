// Stands in for src/server/predict-process.ts where a test needs to know how long an image takes: the "picture" is text.
// "answer" answers at once, "native" too as if our own kernels had, "threads" with the threads that it may take, "sleep N" after N ms, "crash" ends the process,
// "die N" does so after N ms, "hang" never answers and never yields, "broken" is a failure of the network.
import { answerJobs } from '../../../src/server/job-port.ts';

async function predict({ bytes, count, threads = 1 }) {
  const timings = { decode: 1, preprocess: 1, inference: 1 };
  const [word, ms] = bytes ? Buffer.from(bytes).toString().split(' ') : ['answer'];
  if (word === 'crash') process.abort();
  if (word === 'hang') for (;;);
  if (word === 'sleep' || word === 'die') await new Promise((resolve) => setTimeout(resolve, Number(ms)));
  if (word === 'die') process.abort();
  if (word === 'broken') return { ok: false, code: 'internal', message: 'The network failed on this picture.', next: 'Try again.', detail: 'Error: secret/path.ts:12' };
  const predictions = Array.from({ length: count }, (_, i) => ({ label: word === 'threads' ? `${threads} threads` : `label ${i}`, confidence: 1 / (i + 1) }));
  return { ok: true, predictions, timings, engine: word === 'native' ? 'native' : 'onnxruntime' };
}

answerJobs(predict);
