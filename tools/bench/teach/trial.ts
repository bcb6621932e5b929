import { askHead, type TaughtHead } from '../../../src/teach/shared/head';
import { nearestNeighbour } from './neighbour';
import { seeded, shuffle } from '../../../src/teach/shared/split';
import { trainHead } from '../../../src/teach/shared/train-head';
import type { Look, Seen } from './network';
import { viewOf, type BenchImage, type Domain } from './images';

/** Classes taught in a trial, and kinds that stay unknown. */
const CLASSES = 4;
const UNKNOWN_KINDS = 6;
/** Share of a kind's images that examples are views of; the others are only asked about. */
const TAUGHT_SHARE = 0.6;
/** Views of each image that is asked about. */
const VIEWS = 3;

/** A view with what it is of. */
export interface Example extends Seen {
  /** Index of the class; -1 for none of them. */
  readonly label: number;
  /** The image that it is a view of. */
  readonly group: string;
}

/** How one way of naming did on images that nothing was learned from, shares 0..1. */
export interface Score {
  /** Likeliest class is the right one, unknown left aside. */
  readonly named: number;
  /** The right class, and above the threshold. */
  readonly accepted: number;
  /** Images of none of the classes that were taken for one. */
  readonly falseAccepts: number;
}

/** What one trial gave. */
export interface Trial {
  readonly examples: number;
  readonly neighbour: number;
  readonly head: Score;
  readonly headSeconds: number;
}

/** Runs to the end. */
export function finish<T>(steps: Generator<unknown, T>): { readonly value: T; readonly seconds: number } {
  const started = performance.now();
  let step = steps.next();
  while (!step.done) step = steps.next();
  return { value: step.value, seconds: (performance.now() - started) / 1000 };
}

/** Images of some kinds, dealt out. */
export interface Deal {
  readonly names: readonly string[];
  /** Of each class. */
  readonly taught: readonly (readonly BenchImage[])[];
  readonly asked: readonly (readonly BenchImage[])[];
  readonly unknown: readonly BenchImage[];
  readonly random: () => number;
  readonly domain: Domain;
}

/** Chooses kinds and images; the same seed gives the same. @param all ImageNet classes of each kind */
export function deal(images: readonly BenchImage[], seed: number, all: Readonly<Record<string, readonly number[]>>, domain: Domain = 'photographs'): Deal {
  const random = seeded(seed);
  const kinds = shuffle(Object.keys(all), random);
  const of = (kind: string): BenchImage[] => shuffle(images.filter(({ index }) => all[kind].includes(index)), random);
  const names = kinds.slice(0, CLASSES);
  const own = names.map(of);
  const cut = (list: readonly BenchImage[]): number => Math.round(TAUGHT_SHARE * list.length);
  return {
    names,
    taught: own.map((list) => list.slice(0, cut(list))),
    asked: own.map((list) => list.slice(cut(list))),
    unknown: kinds.slice(CLASSES, CLASSES + UNKNOWN_KINDS).flatMap(of),
    random,
    domain,
  };
}

/** Views of the images that are asked about, seen once for all numbers of examples. */
export async function lookAtAsked({ asked, unknown, random, domain }: Deal, look: Look): Promise<Example[]> {
  const seen: Example[] = [];
  for (const [label, images] of [...asked.entries(), [-1, unknown] as const]) {
    for (const { path } of images) {
      for (let v = 0; v < (label < 0 ? 1 : VIEWS); v++) seen.push({ ...(await look(await viewOf(path, v === 0 ? 'none' : 'mild', random, domain))), label, group: path });
    }
  }
  return seen;
}

/** `most` examples of each class, one of each image in turn: a plain view first, then strong ones. Fewer are the first of these. */
export async function lookAtTaught({ taught, random, domain }: Deal, look: Look, most: number): Promise<Example[][]> {
  const result: Example[][] = [];
  for (const [label, images] of taught.entries()) {
    const own: Example[] = [];
    for (let i = 0; i < most; i++) {
      const { path } = images[i % images.length];
      own.push({ ...(await look(await viewOf(path, i < images.length ? 'none' : 'strong', random, domain))), label, group: path });
    }
    result.push(own);
  }
  return result;
}

function score(head: TaughtHead, asked: readonly Example[]): Score {
  let [named, accepted, falseAccepts] = [0, 0, 0];
  for (const example of asked) {
    const { best, openness } = askHead(head, example.features);
    if (example.label < 0) falseAccepts += openness > 0.5 ? 1 : 0;
    else if (best === example.label) {
      named++;
      if (openness > 0.5) accepted++;
    }
  }
  const known = asked.filter(({ label }) => label >= 0).length;
  return { named: named / known, accepted: accepted / known, falseAccepts: falseAccepts / (asked.length - known) };
}

/** Learns from `count` examples of each class and asks. */
export function runTrial(names: readonly string[], taught: readonly (readonly Example[])[], asked: readonly Example[], count: number): Trial {
  const examples = taught.flatMap((own) => own.slice(0, count));
  const { value: trained, seconds: headSeconds } = finish(trainHead({ names: [...names], examples }));
  const known = asked.filter(({ label }) => label >= 0);
  const features = examples.map((e) => e.features);
  const labels = examples.map(({ label }) => label);
  const neighbour = known.filter((e) => nearestNeighbour(features, labels, e.features) === e.label).length / known.length;
  const head = score(trained.head, asked);
  return { examples: count, neighbour, head, headSeconds };
}
