// Writes a network for all processes (see mapped-network.ts), and ends: what that takes of memory goes with it. Says on its output how it is to be read.
import { basename } from 'node:path';
import type { Network } from './job';
import type { Mapped } from './mapped-network';
import { prepareNative } from './native/native-network';

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

async function prepare(network: Network, threads: number, into: string): Promise<Mapped> {
  let reason = 'it was chosen';
  if (network.engine !== 'onnxruntime') {
    try {
      return { native: await prepareNative(network, threads, `${into}.weights`) };
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  await prepareOnnx(network.path, into);
  return { reason };
}

const [network, threads, into] = JSON.parse(process.argv[2]) as [Network, number, string];
process.stdout.write(JSON.stringify(await prepare(network, threads, into)));
