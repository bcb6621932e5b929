import { OnnxError, type OnnxGraph } from './model.ts';

/**
 * A graph has no value that is made of itself, and none that two nodes make (onnx.proto, GraphProto: nodes form a directed acyclic graph in single
 * assignment form): whoever follows values from the scores back to the picture comes to an end.
 *
 * @throws OnnxError where it is none
 */
export function checkCycles({ nodes }: OnnxGraph): void {
  const makers = new Map<string, number>();
  for (const [n, { outputs, op }] of nodes.entries()) {
    for (const output of outputs) {
      // An output that is not wanted has no name.
      if (output === '') continue;
      if (makers.has(output)) throw new OnnxError(`Two nodes of the model make "${output}" (${nodes[makers.get(output) ?? 0].op} and ${op}): the file is damaged.`);
      makers.set(output, n);
    }
  }
  // Nodes that wait for others, and who waits for each (Kahn 1962).
  const waiting = new Int32Array(nodes.length);
  const readers: number[][] = nodes.map(() => []);
  for (const [n, { inputs }] of nodes.entries()) {
    for (const input of new Set(inputs)) {
      const maker = input === '' ? undefined : makers.get(input);
      if (maker === undefined) continue;
      waiting[n]++;
      readers[maker].push(n);
    }
  }
  const ready = [...nodes.keys()].filter((n) => waiting[n] === 0);
  for (const n of ready) for (const reader of readers[n]) if (--waiting[reader] === 0) ready.push(reader);
  if (ready.length === nodes.length) return;
  const { op, name } = nodes[waiting.findIndex((left) => left > 0)];
  throw new OnnxError(`The model has a part that is made of itself (${op}${name ? ` "${name}"` : ''}): it is no network that can be run. Export it anew.`);
}
