import { readFileSync } from 'node:fs';
import { decodeModel, encodeModel } from '../../../src/engine/index';

/** A network's file for any number of pictures at a time: ours are of one. @returns the bytes of the .onnx file */
export function forBatches(path: string): Uint8Array {
  const { graph, ...rest } = decodeModel(readFileSync(path));
  const shapes = new Set(graph.nodes.filter(({ op }) => op === 'Reshape').map(({ inputs }) => inputs[1]));
  const any = new BigInt64Array([-1n, 512n]);
  return encodeModel({
    ...rest,
    graph: {
      ...graph,
      initializers: graph.initializers.map((each) => (shapes.has(each.name) ? { ...each, raw: new Uint8Array(any.buffer) } : each)),
      inputs: graph.inputs.map((each) => ({ ...each, shape: ['n', ...(each.shape ?? []).slice(1)] })),
      outputs: graph.outputs.map((each) => ({ ...each, shape: ['n', ...(each.shape ?? []).slice(1)] })),
    },
  });
}
