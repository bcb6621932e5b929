import { Fault } from '../../base/shared/fault';
import type { LoadProgress, ModelManifest } from '../../base/shared/model';
import { numberedNames, ownModelOf } from '../../base/shared/own-model';
import {
  beginsAsSafetensors, decodeModel, describeClassifier, encodeModel, externalFiles, fillSelfTestInput, type ClassifierDescription, type ClassifierPorts, type FoldedResNet18,
  foldResNet, isZip, KNOWN_ANSWER_LENGTH, type KnownAnswer, type OnnxModel, ownKernels, precisionOf, type Preprocessing,
  readSafetensors, readTorchZip, RESNET18_CONVOLUTIONS, referenceResNet18, resnet18In, resnet18Onnx, TORCHVISION_PREPROCESSING,
  withExternalData,
} from '../../engine/index';
import { sha256 } from '../../base/worker/download';
import { namesOfMetadata, unreadNames } from '../shared/class-names';
import { changedManifest, namesFor, normalisationOf, NORMALISATIONS, type ModelDraft } from '../shared/model-draft';
import { answersOrigin, originsFrom, type Origin, type Origins } from '../shared/model-origins';
import { readCompanions, type Companions } from './companion-files';

/** Float32 summed in another order stays well within this; a wrong kernel does not. */
const FLOAT_TOLERANCE = 0.02;
/** A phone has no room for more. */
const MAX_FILE_BYTES = 256 * 2 ** 20;
/** What torchvision's recipe resizes to, as a share of the crop. */
const RESIZE = TORCHVISION_PREPROCESSING.resize / TORCHVISION_PREPROCESSING.crop;
/** An ONNX model, or weights that the app makes one of. */
const MODEL_NAME = /\.(safetensors|pth?|pt2|ckpt|onnx)$/iu;
/** Names of the sides of a picture in networks that the app makes of weights: they run with any. */
const SIDES = ['height', 'width'] as const;

/** A dropped model, checked, as ONNX, with the manifest that it will be listed by. */
export interface AdoptedModel {
  readonly draft: ModelDraft;
  readonly model: Uint8Array<ArrayBuffer>;
}

/** What a file holds, as ONNX. */
interface Parsed {
  readonly model: Uint8Array<ArrayBuffer>;
  readonly decoded: OnnxModel;
  readonly description: ClassifierDescription;
  /** Of a ResNet-18. */
  readonly weights: FoldedResNet18 | undefined;
}

/** A model file, with what was read into it. */
interface WholeFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly format: Format;
  /** Names of the files beside it that hold its weights. */
  readonly weightFiles: readonly string[];
}

type Format = 'onnx' | 'safetensors' | 'torch';

/** What a file is by its first bytes, whatever it is called; by its name where these tell nothing. */
function formatOf(name: string, bytes: Uint8Array): Format {
  if (isZip(bytes)) return 'torch';
  if (beginsAsSafetensors(bytes)) return 'safetensors';
  if (/\.onnx$/iu.test(name)) return 'onnx';
  return /\.safetensors$/iu.test(name) ? 'safetensors' : 'torch';
}

function parse(name: string, bytes: Uint8Array<ArrayBuffer>, format: Format): Parsed {
  if (format !== 'onnx') {
    const weights = foldResNet(format === 'safetensors' ? readSafetensors(bytes) : readTorchZip(bytes));
    const decoded = resnet18Onnx(weights, { source: name }, SIDES);
    const model = encodeModel(decoded) as Uint8Array<ArrayBuffer>;
    const description = describeClassifier(decoded);
    if (!weights.fc) return { model, decoded, description: asFeatures(description), weights: undefined };
    return { model, decoded, description, weights: isOurs(weights) ? weights : undefined };
  }
  const decoded = decodeModel(bytes);
  const description = describeClassifier(decoded);
  return { model: bytes, decoded, description, weights: isPlain(description) ? resnet18In(decoded, description.ports) : undefined };
}

/** Of a network that is known to end before its classifier: what it gives is no scores. */
function asFeatures(description: ClassifierDescription): ClassifierDescription {
  const ports = { ...description.ports, answers: 'features' as const };
  return { ...description, ports, outputs: description.outputs.map(({ name }) => ({ name, classes: 0, answers: 'features' as const })) };
}

/** Whether weights are a ResNet-18's, with any classifier. */
function isOurs({ convolutions }: FoldedResNet18): boolean {
  return convolutions.length === RESNET18_CONVOLUTIONS.length;
}

/** Whether a network is fed as ResNet-18 is. */
function isPlain({ ports, range }: ClassifierDescription): boolean {
  return ports.layout === 'nchw' && ports.numbers === 'float32' && ports.size === 224 && ports.answers === 'scores' && range === undefined;
}

function knownAnswer(weights: FoldedResNet18): KnownAnswer {
  const { crop } = TORCHVISION_PREPROCESSING;
  const input = new Float32Array(3 * crop * crop);
  fillSelfTestInput(input);
  const { logits } = referenceResNet18(weights, input, crop);
  const scale = logits.reduce((most, logit) => Math.max(most, Math.abs(logit)), 1);
  return { logits: Array.from(logits.subarray(0, KNOWN_ANSWER_LENGTH)), tolerance: FLOAT_TOLERANCE * Math.max(1, scale / 10) };
}

/** Whether Ultralytics' exporter wrote a file: it gives pictures from 0 to 1, whose shorter side is that of the square, and says so nowhere. */
function isUltralytics(metadata: Readonly<Record<string, string>>): boolean {
  return /ultralytics/iu.test(`${metadata['author'] ?? ''} ${metadata['description'] ?? ''}`);
}

/** What a network's own arithmetic wants to be given, unless a configuration tells otherwise of one that has only seen it. */
function rangeOf({ range, learned }: ClassifierDescription, { preprocessing: beside }: Companions): ClassifierDescription['range'] {
  return learned && beside?.mean ? undefined : range;
}

/** Whether the rest is done inside, of pictures as they are made. */
function normalisesItself({ range, learned }: ClassifierDescription, preprocessing: Preprocessing): boolean {
  return range !== undefined && (!learned || normalisationOf(preprocessing) === range);
}

/** How pictures are made for a network, as its file or one beside it says; what nothing says is as torchvision has it. */
function preprocessingOf(description: ClassifierDescription, companions: Companions): Preprocessing {
  const { ports, open, metadata } = description;
  const { preprocessing: beside = {}, side } = companions;
  const ultralytics = isUltralytics(metadata);
  const size = open.size ? (beside.crop ?? side ?? beside.resize ?? ports.size) : ports.size;
  const normalisation = rangeOf(description, companions) ?? (ultralytics ? '0..1' : undefined);
  // A configuration of another size tells the share that the square has of the shorter side.
  const resize = beside.resize !== undefined && beside.crop !== undefined ? (size * beside.resize) / beside.crop : beside.resize;
  return {
    ...TORCHVISION_PREPROCESSING,
    ...beside,
    ...(normalisation ? NORMALISATIONS[normalisation] : {}),
    crop: size,
    resize: Math.max(size, Math.round(resize ?? size * (ultralytics ? 1 : RESIZE))),
  };
}

/** Which of all that was read from a file or one beside it. */
function originsOf(description: ClassifierDescription, { preprocessing: beside = {}, side, colours, independent }: Companions): Origins {
  const { ports, range, open, metadata } = description;
  const told = (is: boolean): Origin => (is ? 'file' : 'assumed');
  const ultralytics = isUltralytics(metadata);
  return {
    size: told(!open.size || (beside.crop ?? side ?? beside.resize) !== undefined),
    resize: told(beside.resize !== undefined || ultralytics),
    interpolation: told(beside.interpolation !== undefined),
    normalisation: told((range ?? beside.mean) !== undefined || ultralytics),
    colours: told((colours ?? description.colours) !== undefined),
    layout: told(!open.layout),
    scores: told(!open.scores),
    answers: independent === undefined ? answersOrigin(ports.answers) : 'file',
  };
}

/** Those of lists of names that are there and name something, and no list twice. */
function listsOf(found: readonly (readonly string[] | undefined)[]): (readonly string[])[] {
  const names = (list: readonly string[]): boolean => numberedNames(list.length).some((number, i) => number !== list[i]);
  const lists = new Map(found.flatMap((list) => (list && names(list) ? [[JSON.stringify(list), list] as const] : [])));
  return [...lists.values()];
}

function draftOf(name: string, digest: string, parsed: Parsed, companions: Companions): ModelDraft {
  const { model, decoded, description, weights } = parsed;
  const { ports, outputs, open, metadata } = description;
  const unread = [...companions.unread, ...unreadNames(metadata).map((key) => `${name}: ${key}`)];
  const preprocessing = preprocessingOf(description, companions);
  const classes = outputs.at(0)?.classes;
  const lists = listsOf([...companions.lists, namesOfMetadata(metadata)]);
  const names = lists.find(({ length }) => classes === undefined || length === classes);
  const { independent } = companions;
  const colours = companions.colours ?? description.colours;
  const answers = independent && ports.answers === 'scores' ? 'independent-scores' : ports.answers;
  // Its own kernels, and its known answer, are of pictures of one size.
  const ours = preprocessing.crop === TORCHVISION_PREPROCESSING.crop && answers === 'scores' ? weights : undefined;
  const chosen: ClassifierPorts = { ...ports, answers, size: preprocessing.crop, ...(colours ? { colours } : {}) };
  const manifest: ModelManifest = {
    id: `device-${digest.slice(0, 16)}`,
    name: name.replace(MODEL_NAME, '').replace(/\.bin$/iu, ''),
    architecture: ours ? 'resnet18' : 'classifier',
    licence: metadata['license'] ?? metadata['licence'] ?? 'unknown: your own file',
    source: `${name}, dropped onto the page`,
    preprocessing,
    ports: chosen,
    ...(ours ? {} : { kernels: ownKernels(decoded, chosen) }),
    ...(classes === undefined ? (names ? { classNames: names } : {}) : { classNames: namesFor(classes, names) }),
    variants: [
      {
        precision: precisionOf(decoded),
        file: 'model.onnx',
        bytes: model.byteLength,
        sha256: digest,
        ...(ours ? { selfTest: knownAnswer(ours) } : {}),
      },
    ],
  };
  const own = ownModelOf(description);
  if (own) {
    // A list that lies beside an exported file is given anew.
    const beside = companions.lists.find(({ length }) => length === own.classNames?.length);
    const told = { ...changedManifest(manifest, { ...own, ...(beside ? { classNames: beside } : {}) }), source: own.source };
    const draft = draftAsKept({ ...told, kernels: told.architecture === 'resnet18' ? undefined : ownKernels(decoded, told.ports) }, description);
    return { ...draft, origins: originsFrom('file'), lists: listsOf([...companions.lists, ...draft.lists]), unread: companions.unread };
  }
  return {
    manifest,
    outputs,
    classes,
    lists,
    unread,
    normalisesItself: normalisesItself(description, preprocessing),
    origins: originsOf(description, companions),
    open,
    unmet: companions.unmet,
  };
}

/** The draft of a model whose manifest a person has already looked at. */
function draftAsKept(manifest: ModelManifest, description: ClassifierDescription): ModelDraft {
  const { outputs, open, metadata } = description;
  // What onnxruntime answered is of the picture as it was made before.
  const variants = manifest.architecture === 'classifier' ? manifest.variants.map(({ selfTest: _, ...variant }) => variant) : manifest.variants;
  return {
    manifest: { ...manifest, variants },
    outputs,
    classes: outputs.find(({ name }) => name === manifest.ports?.scores)?.classes,
    lists: listsOf([manifest.classNames, namesOfMetadata(metadata)]),
    unread: [],
    normalisesItself: normalisesItself(description, manifest.preprocessing),
    origins: originsFrom('kept'),
    open,
    unmet: [],
  };
}

/** A kept model, to be corrected. @throws Fault `model-invalid` where its file cannot be read any more */
export function reopenModel(manifest: ModelManifest, model: Uint8Array<ArrayBuffer>): AdoptedModel {
  try {
    return { draft: draftAsKept(manifest, describeClassifier(decodeModel(model))), model };
  } catch (error) {
    throw Fault.from(error, 'model-invalid');
  }
}

/** @throws Fault where files have more bytes together than a model may have */
function refuseLarge(files: readonly File[]): void {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes > MAX_FILE_BYTES) {
    throw new Fault('model-invalid', `${files.map(({ name }) => name).join(', ')}: ${Math.round(bytes / 2 ** 20)} MiB, and at most ${MAX_FILE_BYTES / 2 ** 20} can be taken in.`);
  }
}

/** The bytes of a model file, with the weights of an ONNX file that lie beside it in it. */
async function readWhole(file: File, files: readonly File[]): Promise<WholeFile> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes.length === 0) throw new Fault('model-invalid', `${file.name} is empty. Fetch or export it anew.`);
  const format = formatOf(file.name, bytes);
  if (format !== 'onnx') return { bytes, format, weightFiles: [] };
  const names = externalFiles(bytes);
  const beside = files.filter((other) => other !== file && names.includes(other.name));
  refuseLarge([file, ...beside]);
  const contents = await Promise.all(beside.map(async (other) => [other.name, new Uint8Array(await other.arrayBuffer())] as const));
  return { bytes: withExternalData(bytes, new Map(contents)), format, weightFiles: names };
}

/**
 * Finds out what a model file is, and what the files beside it say of it: nothing of it is run.
 *
 * @param files one model, files that hold its weights, and lists of names or configurations
 * @throws Fault `model-invalid` with the reason where the file is something else, cut off or damaged
 */
export async function adoptModelFiles(files: readonly File[], onProgress: (progress: LoadProgress) => void): Promise<AdoptedModel> {
  const called = files.filter(({ name }) => MODEL_NAME.test(name));
  // Weights of an ONNX file beside it are called so too.
  const models = called.length > 0 ? called : files.filter(({ name }) => /\.bin$/iu.test(name));
  if (models.length !== 1) {
    const names = files.map(({ name }) => name).join(', ');
    throw new Fault('model-invalid', models.length === 0 ? `${names} is neither an .onnx file nor weights (.safetensors, .pt, .pth, .ckpt or .bin of PyTorch).` : `${names}: one model at a time can be taken in.`);
  }
  const [file] = models;
  refuseLarge([file]);
  onProgress({ phase: 'convert', loaded: 0, total: file.size });
  try {
    const { bytes, format, weightFiles } = await readWhole(file, files);
    const parsed = parse(file.name, bytes, format);
    const companions = await readCompanions(files.filter((other) => other !== file && !weightFiles.includes(other.name)));
    onProgress({ phase: 'verify', loaded: file.size, total: file.size });
    const digest = (await sha256(parsed.model)) ?? `${file.size}-${file.lastModified}`;
    return { draft: draftOf(file.name, digest, parsed, companions), model: parsed.model };
  } catch (error) {
    throw new Fault('model-invalid', error instanceof Error ? error.message : String(error), { cause: error });
  }
}
