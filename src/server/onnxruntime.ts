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
