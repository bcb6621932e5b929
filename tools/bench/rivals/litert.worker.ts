// ResNet-18 in LiteRT.js (XNNPACK on WASM), for the benchmark. A classic worker: LiteRT.js loads its script by importScripts.
import { loadAndCompile, loadLiteRt, Tensor, type CompiledModel } from '@litertjs/core';
import { expose } from 'comlink';
import type { RivalApi } from '../../harness/page';
import { timeRuns } from './time-runs';

let model: CompiledModel;
let input: Float32Array;
let logits = new Float32Array(0);

async function once(): Promise<void> {
  const tensor = new Tensor(input, [1, 224, 224, 3]);
  const [output] = await model.run([tensor]);
  logits = (await output.data()) as Float32Array<ArrayBuffer>;
  tensor.delete();
  output.delete();
}

const api: RivalApi = {
  async load({ threads, modelUrl, wasmUrl, input: values }) {
    const started = performance.now();
    // Where its script finds the WebAssembly, and its threads the script: it would look beside this worker.
    const script = `${wasmUrl}litert_wasm_${threads > 1 ? 'threaded_' : ''}internal.js`;
    Object.assign(self, { Module: { locateFile: (name: string) => wasmUrl + name, mainScriptUrlOrBlob: script } });
    await loadLiteRt(wasmUrl, { threads: threads > 1 });
    model = await loadAndCompile(modelUrl, { accelerator: 'wasm', cpuOptions: { numThreads: threads } });
    input = new Float32Array(values.length);
    const pixels = 224 * 224;
    for (let i = 0; i < pixels; i++) for (let c = 0; c < 3; c++) input[i * 3 + c] = values[c * pixels + i];
    await once();
    return performance.now() - started;
  },
  time: (runs) => timeRuns(once, runs),
  logits: () => logits,
};
expose(api);
