import type * as Native from 'onnxruntime-node';

// onnxruntime 1.30 sends telemetry unless told not to, and keeps a queue of it under the home folder. It reads this as
// it is loaded, which is why it is not loaded by an import of its own, which would come first. A worker thread could
// not set it: its environment is a copy.
process.env['ORT_DISABLE_TELEMETRY'] = '1';

const native = await import('onnxruntime-node');

/** onnxruntime-node, which sends nothing home: all of src and tools takes it from here. */
export const InferenceSession: typeof Native.InferenceSession = native.InferenceSession;
export type InferenceSession = Native.InferenceSession;
export const Tensor: typeof Native.Tensor = native.Tensor;
export type Tensor = Native.Tensor;

/**
 * onnxruntime's tensors look once for Float16Array, which Node has from version 24 on; its native part (1.30) does not know that
 * kind of array and refuses each tensor of halves. Where they find none, halves are kept as Uint16Array, which it knows.
 */
function keepHalvesAsIntegers(): void {
  const halves = Object.getOwnPropertyDescriptor(globalThis, 'Float16Array');
  if (!halves) return;
  Reflect.deleteProperty(globalThis, 'Float16Array');
  try {
    new native.Tensor('float32', [0], [1]);
  } finally {
    Object.defineProperty(globalThis, 'Float16Array', halves);
  }
}

keepHalvesAsIntegers();
