// Manifests, and what files tell of themselves, are foreign input. No import here stays at run time: Vite's configuration reads manifests too.
import type { ClassifierPorts, Preprocessing } from '../../engine/index';
import type { ModelManifest, ModelPart, ModelParts, ModelVariant } from './model';

const isString = (value: unknown): value is string => typeof value === 'string';
export const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 2000;
const isSide = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 4096;
const isTriple = (value: unknown, above = -Infinity): boolean => Array.isArray(value) && value.length === 3 && value.every((v) => Number.isFinite(v) && (v as number) > above);
const isOneOf = (value: unknown, ...choices: unknown[]): boolean => choices.includes(value);

export function isPreprocessing(value: unknown): value is Preprocessing {
  const { resize, crop, interpolation, mean, std } = (value ?? {}) as Partial<Record<keyof Preprocessing, unknown>>;
  return isSide(resize) && isSide(crop) && isOneOf(interpolation, 'bilinear', 'bicubic') && isTriple(mean) && isTriple(std, 0);
}

export function isPorts(value: unknown): value is ClassifierPorts {
  const { input, layout, numbers, size, scores, answers, colours, features } = (value ?? {}) as Partial<Record<keyof ClassifierPorts, unknown>>;
  return (
    isText(input) && isText(scores) && isSide(size) && isOneOf(layout, 'nchw', 'nhwc') && isOneOf(numbers, 'float32', 'float16', 'uint8') &&
    isOneOf(answers, 'scores', 'probabilities', 'independent', 'independent-scores', 'features') && isOneOf(colours, undefined, 'rgb', 'bgr') && (features === undefined || isText(features))
  );
}

const isFile = (value: unknown): value is ModelPart => {
  const { file, bytes, sha256 } = (value ?? {}) as Partial<Record<keyof ModelPart, unknown>>;
  return isString(file) && isString(sha256) && Number.isSafeInteger(bytes);
};

export const isVariant = (value: unknown): value is ModelVariant => {
  const { precision, parts } = (value ?? {}) as Partial<Record<keyof ModelVariant, unknown>>;
  const { first, rest } = (parts ?? {}) as Partial<Record<keyof ModelParts, unknown>>;
  return isOneOf(precision, 'fp32', 'fp16', 'int8') && isFile(value) && (parts === undefined || (isFile(first) && isFile(rest)));
};

/** Whether what was read from a kept model's folder is a manifest by which it can be listed and started. */
export function isModelManifest(value: unknown): value is ModelManifest {
  const told = (value ?? {}) as Partial<Record<keyof ModelManifest, unknown>>;
  const { id, name, architecture, licence, source, preprocessing, classNames, ports, kernels, variants } = told;
  return (
    [id, name, licence, source].every(isString) && isOneOf(architecture, 'resnet18', 'efficientnet-lite0', 'classifier') &&
    isPreprocessing(preprocessing) && (classNames === undefined || (Array.isArray(classNames) && classNames.every(isString))) &&
    (ports === undefined || isPorts(ports)) && (kernels === undefined || (typeof kernels === 'object' && kernels !== null)) &&
    Array.isArray(variants) && variants.length > 0 && variants.every(isVariant)
  );
}
