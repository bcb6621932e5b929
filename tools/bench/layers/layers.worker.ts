// Our kernels and onnxruntime-web layer by layer, and what the processor can do at most: interleaved rounds, one thread.
import { decodeModel } from '../../../src/engine/onnx/decode';
import { fillSelfTestInput } from '../../../src/engine/self-test';
import { readResNet18 } from '../../../src/engine/resnet18/read';
import { FAR_BYTES, NEAR_BYTES, type LayerMeasurements, type LayerRequest } from './measurements';
import { OrtLayers } from './ort-layers';
import { OwnLayers } from './own-layers';

/** Until V8 has compiled all with its optimising compiler. */
const WARM_UP = 15;
/** Largest share that float32 in another order may be off. */
const SAME = 1e-3;
const PEAK_STEPS = 500_000;
const FLOPS_A_STEP = 12 * 4 * 2;

interface Roofline {
  mul_add(n: number): number;
  relaxed_madd(n: number): number;
  read(from: number, bytes: number): number;
}

async function startRoofline(url: string): Promise<Roofline> {
  const memory = new WebAssembly.Memory({ initial: FAR_BYTES / 65536 + 32, maximum: 8192 });
  new Uint8Array(memory.buffer).fill(1);
  const { instance } = await WebAssembly.instantiateStreaming(fetch(url), { env: { memory } });
  return instance.exports as unknown as Roofline;
}

const bytesOf = async (url: string): Promise<Uint8Array> => new Uint8Array(await (await fetch(url)).arrayBuffer());

/** Giga-units a second. */
function rate(units: number, work: () => void): number {
  const started = performance.now();
  work();
  return units / (performance.now() - started) / 1e6;
}

async function measure({ modelUrl, kernelsUrl, rooflineUrl, ortUrl, rounds }: LayerRequest): Promise<LayerMeasurements> {
  const model = await bytesOf(modelUrl);
  const input = new Float32Array(3 * 224 * 224);
  fillSelfTestInput(input);
  const own = await OwnLayers.start(await WebAssembly.compileStreaming(fetch(kernelsUrl)), readResNet18(decodeModel(model)), input);
  const ort = await OrtLayers.start(model, ortUrl, input);
  const peak = await startRoofline(rooflineUrl);
  const times = new Map<string, number[]>();
  const wholeOwn: number[] = [];
  const alternatives = own.alternatives.map(() => [] as number[]);
  const roofline = { mulAdd: [] as number[], madd: [] as number[], readNear: [] as number[], readFar: [] as number[] };
  for (let round = -WARM_UP; round < rounds; round++) {
    const started = performance.now();
    const layers = own.run();
    const whole = performance.now() - started;
    const logits = await ort.run();
    const most = logits.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    if (round < 0) {
      const off = logits.reduce((m, v, i) => Math.max(m, Math.abs(v - own.logits[i])), 0) / most;
      if (!(off < SAME)) throw new Error(`Our kernels and onnxruntime-web differ by ${off}.`);
    }
    const alone = alternatives.map((_, i) => own.runAlternative(i));
    const mulAdd = rate(PEAK_STEPS * FLOPS_A_STEP, () => peak.mul_add(PEAK_STEPS));
    const madd = rate(PEAK_STEPS * FLOPS_A_STEP, () => peak.relaxed_madd(PEAK_STEPS));
    const readFar = rate(FAR_BYTES, () => peak.read(2 ** 20, FAR_BYTES));
    peak.read(2 ** 20, NEAR_BYTES);
    const readNear = rate(NEAR_BYTES * 16, () => {
      for (let i = 0; i < 16; i++) peak.read(2 ** 20, NEAR_BYTES);
    });
    if (round < 0) continue;
    for (const [name, ms] of layers) times.set(name, [...(times.get(name) ?? []), ms]);
    wholeOwn.push(whole);
    for (const [i, ms] of alone.entries()) alternatives[i].push(ms);
    roofline.mulAdd.push(mulAdd);
    roofline.madd.push(madd);
    roofline.readFar.push(readFar);
    roofline.readNear.push(readNear);
  }
  const { layers: ortLayers, whole: wholeOrt } = await ort.end(rounds);
  return {
    own: Object.fromEntries(times), ort: Object.fromEntries(ortLayers), wholeOwn, wholeOrt, roofline,
    alternatives: own.alternatives.map(({ stage, algorithm }, i) => ({ channels: stage.channels, algorithm, times: alternatives[i], off: own.difference(i) })),
  };
}

self.addEventListener('message', (event: MessageEvent<LayerRequest>) => {
  measure(event.data).then(
    (result) => self.postMessage({ result }),
    (error: unknown) => self.postMessage({ error: error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error) }),
  );
});
