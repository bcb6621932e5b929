import type { ClassifierPorts } from '../../engine/index';

/** Where something that is shown of a model file comes from. */
export type Origin =
  /** The file itself, or one that was given beside it. */
  | 'file'
  /** It is what most such files want: a person should look at it. */
  | 'assumed'
  /** The file leaves it open, and the network ran with no other of those that are usual. */
  | 'tried'
  /** A person set it, just now. */
  | 'person'
  /** The model was kept so. */
  | 'kept';

/** What is shown of how a model is fed and read; a file may tell each of them, or not. */
export const SHOWN = ['size', 'resize', 'interpolation', 'normalisation', 'colours', 'layout', 'scores', 'answers'] as const;
export type Shown = (typeof SHOWN)[number];
export type Origins = Readonly<Record<Shown, Origin>>;

/** All from one place. */
export function originsFrom(origin: Origin): Origins {
  return Object.fromEntries(SHOWN.map((shown) => [shown, origin])) as Record<Shown, Origin>;
}

/** Of scores nothing in a graph tells whether a softmax or a sigmoid is to be made of them; all else is read from what they went through. */
export function answersOrigin(answers: ClassifierPorts['answers']): Origin {
  return answers === 'scores' ? 'assumed' : 'file';
}
