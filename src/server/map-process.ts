// Writes a network for all processes (see mapped-network.ts), and ends: what that takes of memory goes with it. Says on its output how it is to be read.
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Network } from './job';
import type { Mapped, ToMap } from './mapped-network';
import { prepareNative } from './native/native-network';
import { messageOf } from './problem';

/** As onnxruntime optimises it for this processor, its weights in a file beside it. */
async function prepareOnnx(path: string, into: string): Promise<void> {
  const ort = await import('./onnxruntime');
  await ort.InferenceSession.create(path, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    graphOptimizationLevel: 'all',
    optimizedModelFilePath: into,
    extra: { session: { optimized_model_external_initializers_file_name: `${basename(into)}.weights`, optimized_model_external_initializers_min_size_in_bytes: '1024' } },
  });
}

/** Tries the native kernels on the first network in integers and the first in floats that they run, as the processes that recognise will do. */
async function tryKernels(networks: readonly Network[], tried: Set<boolean>): Promise<void> {
  for (const network of networks) {
    const integers = network.precision === 'int8';
    if (tried.has(integers)) continue;
    // What they do not run, or not rightly, runs in onnxruntime.
    await prepareNative(network, 1).then(() => tried.add(integers), () => undefined);
  }
}

async function prepare({ network, all, threads, into }: ToMap): Promise<Mapped> {
  const chosen = network.engine === 'onnxruntime';
  const native = chosen ? 'it was chosen' : await prepareNative(network, threads).catch(messageOf);
  const runs = typeof native !== 'string';
  if (!chosen) await tryKernels(all.filter(({ path }) => path !== network.path), new Set(runs ? [network.precision === 'int8'] : []));
  const reason = runs ? {} : { reason: native };
  try {
    if (into !== undefined) await (runs ? native.write(`${into}.weights`) : prepareOnnx(network.path, into));
  } catch (error) {
    return { ...reason, problem: messageOf(error) };
  }
  return { ...reason, ...(runs && into !== undefined ? { native: native.weights } : {}) };
}

process.stdout.write(JSON.stringify(await prepare(JSON.parse(await text(process.stdin)) as ToMap)));
