// Writes a network as onnxruntime optimises it for this processor, its weights in a file beside it (see mapped-network.ts), and ends: what that takes of memory goes with it.
import { basename } from 'node:path';
import * as ort from './onnxruntime';

const [path, into] = process.argv.slice(2);

await ort.InferenceSession.create(path, {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
  graphOptimizationLevel: 'all',
  optimizedModelFilePath: into,
  extra: { session: { optimized_model_external_initializers_file_name: `${basename(into)}.weights`, optimized_model_external_initializers_min_size_in_bytes: '1024' } },
});
