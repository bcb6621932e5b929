import type { SafeTensor } from '../../src/engine/safetensors';
import { RESNET_BLOCKS, resnetConvolutions } from '../../src/engine/resnet18/folded';

/** Writes the safetensors format, for tests: header length, JSON header, bytes. */
export function writeSafetensors(tensors: Readonly<Record<string, SafeTensor>>): Uint8Array<ArrayBuffer> {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const file = new Uint8Array(8 + json.length + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  let at = 8 + json.length;
  for (const { bytes } of Object.values(tensors)) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/** Numbers from -1 to 1 that are the same each time. */
export function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 31) - 1;
  };
}

/** A ResNet-18 state dict of random weights of sensible size: no licence is needed for these. */
export const randomResNet18 = (seed = 1): Record<string, SafeTensor> => randomResNet(seed);

/** The same with any number of classes, or of a ResNet-34. */
export function randomResNet(seed: number, classes = 1000, blocks: readonly number[] = RESNET_BLOCKS.resnet18): Record<string, SafeTensor> {
  const next = noise(seed);
  const tensor = (shape: number[], scale: number, offset = 0): SafeTensor => {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    for (let i = 0; i < values.length; i++) values[i] = offset + scale * next();
    return { dtype: 'F32', shape, bytes: new Uint8Array(values.buffer) };
  };
  const state: Record<string, SafeTensor> = {};
  for (const { name, norm, outChannels, inChannels, kernel } of resnetConvolutions(blocks)) {
    const fanIn = inChannels * kernel * kernel;
    state[`${name}.weight`] = tensor([outChannels, inChannels, kernel, kernel], Math.sqrt(6 / fanIn));
    state[`${norm}.weight`] = tensor([outChannels], 0.2, 0.8);
    state[`${norm}.bias`] = tensor([outChannels], 0.2);
    state[`${norm}.running_mean`] = tensor([outChannels], 0.2);
    state[`${norm}.running_var`] = tensor([outChannels], 0.3, 1);
    state[`${norm}.num_batches_tracked`] = { dtype: 'I64', shape: [], bytes: new Uint8Array(8) };
  }
  state['fc.weight'] = tensor([classes, 512], 0.1);
  state['fc.bias'] = tensor([classes], 0.1);
  return state;
}
