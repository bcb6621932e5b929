import { readFileSync } from 'node:fs';
import { TORCHVISION_PREPROCESSING } from '../../../src/engine/model';
import { decodeModel } from '../../../src/engine/onnx/decode';
import { Preprocessor } from '../../../src/engine/preprocess/preprocessor';
import { readResNet18 } from '../../../src/engine/resnet18/read';
import { floatNetwork } from '../../../src/engine/simd/float-network';
import { startSimdEngine } from '../../../src/engine/simd/simd-engine';
import type { Pixels } from './images';

/** What the network says of one view. */
export interface Seen {
  readonly features: Float32Array;
}

export type Look = (pixels: Pixels) => Promise<Seen>;

/** The app's own engine and preprocessing in Node, one thread. */
export async function openNetwork(modelPath: string): Promise<Look> {
  const kernels = new URL('../../../src/engine/simd/kernels.wasm', import.meta.url);
  const engine = await startSimdEngine(
    floatNetwork(readResNet18(decodeModel(readFileSync(modelPath)))),
    { threads: 1 },
    {
      module: await WebAssembly.compile(new Uint8Array(readFileSync(kernels))),
      spawn: () => {
        throw new Error('One thread needs no worker.');
      },
    },
  );
  const preprocessor = new Preprocessor(TORCHVISION_PREPROCESSING);
  return async ({ data, width, height }) => {
    preprocessor.run(data, width, height, engine.input);
    const { features } = await engine.run();
    if (!features) throw new Error('The network gives no features.');
    return { features: features.slice() };
  };
}
