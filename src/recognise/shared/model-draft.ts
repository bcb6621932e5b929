import { TORCHVISION_PREPROCESSING, type ClassifierDescription, type ClassifierPorts, type Preprocessing, type ScoresOutput } from '../../engine/index';
import type { ModelManifest } from '../../base/shared/model';
import { numberedNames } from '../../base/shared/own-model';
import { answersOrigin, type Origins, type Shown } from './model-origins';

/** How the numbers of a picture are to be given to a network, by the usual names of it. */
export type Normalisation = 'torchvision' | '0..1' | '-1..1' | '0..255' | 'own';

type Triple = Preprocessing['mean'];
const all = (value: number): Triple => [value, value, value];

/** Mean and deviation by name, in numbers from 0 to 1. */
export const NORMALISATIONS: Readonly<Record<Exclude<Normalisation, 'own'>, Pick<Preprocessing, 'mean' | 'std'>>> = {
  torchvision: { mean: TORCHVISION_PREPROCESSING.mean, std: TORCHVISION_PREPROCESSING.std },
  '0..1': { mean: all(0), std: all(1) },
  '-1..1': { mean: all(0.5), std: all(0.5) },
  '0..255': { mean: all(0), std: all(1 / 255) },
};

/** The name of a mean and a deviation. */
export function normalisationOf({ mean, std }: Pick<Preprocessing, 'mean' | 'std'>): Normalisation {
  const alike = (a: Triple, b: Triple): boolean => a.every((value, c) => Math.abs(value - b[c]) < 1e-4);
  const found = Object.entries(NORMALISATIONS).find(([, known]) => alike(known.mean, mean) && alike(known.std, std));
  return (found?.[0] ?? 'own') as Normalisation;
}

/** What a configuration beside a model wants of its pictures and cannot have here. */
export type Unmet =
  /** The whole picture made square, in place of a square of it. */
  | 'squeezed'
  /** The whole picture with a border around it, in place of a square of it. */
  | 'bordered'
  /** Another filter than the two that there are. */
  | 'filter';

/** A model file as it was found, before it is kept. Its bytes stay in the worker that found it. */
export interface ModelDraft {
  /** As it would be kept. */
  readonly manifest: ModelManifest;
  /** What may be read as the scores. Empty for weights that the app makes a network of. */
  readonly outputs: readonly ScoresOutput[];
  /** Undefined where only a run tells. */
  readonly classes: number | undefined;
  /** Lists of class names that were found in the file, or in one beside it, whether they fit or not; those that come first are taken first. */
  readonly lists: readonly (readonly string[])[];
  /** Names of files beside the model of which nothing could be read. */
  readonly unread: readonly string[];
  readonly origins: Origins;
  /** What the network itself leaves open, so that a person can set it. */
  readonly open: ClassifierDescription['open'];
  readonly unmet: readonly Unmet[];
  /** Whether the network normalises the picture itself. */
  readonly normalisesItself: boolean;
}

/** What a person may change of a draft. */
export interface DraftChange {
  readonly name?: string;
  readonly licence?: string;
  readonly ports?: Partial<ClassifierPorts>;
  readonly preprocessing?: Partial<Preprocessing>;
  readonly classNames?: readonly string[];
}

/** A manifest with what a person has changed; the size of the picture stays one for network and preprocessing. */
export function changedManifest(manifest: ModelManifest, change: DraftChange): ModelManifest {
  const { ports, name = manifest.name, licence = manifest.licence } = change;
  const answers = ports?.answers ?? manifest.ports?.answers;
  // Features are no classes: whatever they were called does not stay.
  const given = change.classNames ?? (manifest.ports?.answers === 'features' ? undefined : manifest.classNames);
  const classNames = answers === 'features' ? [] : given;
  const { classNames: _, ...rest } = manifest;
  const preprocessing = { ...manifest.preprocessing, ...change.preprocessing };
  const isOther = answers === 'features' || answers === 'probabilities' || answers === 'independent'
    || preprocessing.crop !== manifest.preprocessing.crop || (ports?.scores ?? manifest.ports?.scores) !== manifest.ports?.scores;
  return {
    ...(isOther ? asClassifier(rest) : rest),
    name,
    licence,
    preprocessing,
    ...(manifest.ports ? { ports: { ...manifest.ports, ...ports, size: preprocessing.crop } } : {}),
    ...(classNames ? { classNames } : {}),
  };
}

/** ResNet-18's known answer is of its own scores, and of pictures of one size; what is called features instead has another length. */
function asClassifier(manifest: ModelManifest): ModelManifest {
  if (manifest.architecture === 'classifier') return manifest;
  return { ...manifest, architecture: 'classifier', variants: manifest.variants.map(({ selfTest: _, ...variant }) => variant) };
}

/** Names for all classes: those that there are, and numbers where they do not fit the network. */
export function namesFor(classes: number, names: readonly string[] | undefined): readonly string[] {
  return names?.length === classes ? names : numberedNames(classes);
}

/** The same origins, with what a person changes as theirs. */
export function changedOrigins(origins: Origins, { ports = {}, preprocessing = {} }: DraftChange): Origins {
  const set: readonly (readonly [Shown, boolean])[] = [
    ['size', preprocessing.crop !== undefined],
    // With the side it only keeps its share of the picture.
    ['resize', preprocessing.resize !== undefined && preprocessing.crop === undefined],
    ['interpolation', preprocessing.interpolation !== undefined],
    ['normalisation', preprocessing.mean !== undefined || preprocessing.std !== undefined],
    ['colours', ports.colours !== undefined],
    ['layout', ports.layout !== undefined],
    ['scores', ports.scores !== undefined],
    ['answers', ports.answers !== undefined && ports.scores === undefined],
  ];
  const changed = { ...origins, ...Object.fromEntries(set.flatMap(([shown, is]) => (is ? [[shown, 'person' as const]] : []))) };
  return ports.scores !== undefined && ports.answers !== undefined ? { ...changed, answers: answersOrigin(ports.answers) } : changed;
}
