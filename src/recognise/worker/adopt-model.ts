import { Fault } from '../../base/shared/fault';
import type { ModelManifest, LoadProgress } from '../../base/shared/model';
import {
  decodeModel, encodeModel, fillSelfTestInput, type FoldedResNet18, foldResNet18, KNOWN_ANSWER_LENGTH,
  type KnownAnswer, readResNet18, readSafetensors, referenceResNet18, resnet18Onnx, TORCHVISION_PREPROCESSING,
} from '../../engine/index';
import { sha256 } from '../../base/worker/download';

const INPUT_SIZE = 224;
/** Float32 summed in another order stays well within this; a wrong kernel does not. */
const FLOAT_TOLERANCE = 0.02;
/** Larger files are no ResNet-18: float64 weights would take 94 MB. */
const MAX_FILE_BYTES = 256 * 2 ** 20;

/** A dropped model, checked, as ONNX, with the manifest that it will be listed by. */
export interface AdoptedModel {
  readonly manifest: ModelManifest;
  readonly model: Uint8Array<ArrayBuffer>;
}

function parse(name: string, bytes: Uint8Array<ArrayBuffer>): { model: Uint8Array<ArrayBuffer>; weights: FoldedResNet18 | undefined } {
  if (/\.safetensors$/i.test(name)) {
    const weights = foldResNet18(readSafetensors(bytes));
    return { model: encodeModel(resnet18Onnx(weights, { source: name })) as Uint8Array<ArrayBuffer>, weights };
  }
  const decoded = decodeModel(bytes);
  try {
    return { model: bytes, weights: readResNet18(decoded) };
  } catch {
    // Quantised, or with batch norms of its own: the engine will tell whether it has the right input and output.
    return { model: bytes, weights: undefined };
  }
}

function knownAnswer(weights: FoldedResNet18): KnownAnswer {
  const input = new Float32Array(3 * INPUT_SIZE * INPUT_SIZE);
  fillSelfTestInput(input);
  const { logits } = referenceResNet18(weights, input, INPUT_SIZE);
  const scale = logits.reduce((most, logit) => Math.max(most, Math.abs(logit)), 1);
  return { logits: Array.from(logits.subarray(0, KNOWN_ANSWER_LENGTH)), tolerance: FLOAT_TOLERANCE * Math.max(1, scale / 10) };
}

/**
 * Checks a dropped .safetensors or .onnx file and turns it into an ONNX ResNet-18.
 *
 * @throws Fault `model-invalid` with the reason where the file is something else, cut off or damaged
 */
export async function adoptModelFile(file: File, onProgress: (progress: LoadProgress) => void): Promise<AdoptedModel> {
  if (!/\.(safetensors|onnx)$/i.test(file.name)) {
    throw new Fault('model-invalid', `${file.name} is neither a .safetensors nor an .onnx file.`);
  }
  if (file.size > MAX_FILE_BYTES) {
    throw new Fault('model-invalid', `${file.name} has ${Math.round(file.size / 2 ** 20)} MiB: a ResNet-18 has 45.`);
  }
  onProgress({ phase: 'convert', loaded: 0, total: file.size });
  const bytes = new Uint8Array(await file.arrayBuffer());
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(file.name, bytes);
  } catch (error) {
    throw new Fault('model-invalid', error instanceof Error ? error.message : String(error), { cause: error });
  }
  onProgress({ phase: 'verify', loaded: file.size, total: file.size });
  const digest = (await sha256(parsed.model)) ?? `${file.size}-${file.lastModified}`;
  const manifest: ModelManifest = {
    id: `device-${digest.slice(0, 16)}`,
    name: file.name.replace(/\.(safetensors|onnx)$/i, ''),
    architecture: 'resnet18',
    licence: 'unknown: your own file',
    source: `${file.name}, dropped onto the page`,
    preprocessing: TORCHVISION_PREPROCESSING,
    variants: [
      {
        precision: parsed.weights ? 'fp32' : 'int8',
        file: 'model.onnx',
        bytes: parsed.model.byteLength,
        sha256: digest,
        ...(parsed.weights ? { selfTest: knownAnswer(parsed.weights) } : {}),
      },
    ],
  };
  return { manifest, model: parsed.model };
}
