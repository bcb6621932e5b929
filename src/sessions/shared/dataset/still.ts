import { isLabelRef } from '../../../base/shared/labels/label-ref';
import { aimOf, type Prediction, type Region } from '../../../engine/index';
import { labelOfPrediction } from '../predicted-label';
import type { RecognitionEntry, SessionManifest } from '../session';
import type { ChosenStill, DatasetDefinition, PictureRules, PlannedPicture, SplitRule } from './dataset';

/*
 * Pictures of a dataset that are of no session: those that the app keeps elsewhere, each with the label that a person gave it here, or with
 * which a guess of the network was accepted.
 */

/** A picture as it is kept. */
export interface KeptStill {
  readonly key: number;
  /** Its file's name. */
  readonly name: string;
  /** An image of any kind that the browser reads, or a small one of it. */
  readonly file: Blob;
  /** JPEG; undefined where there is none yet. */
  readonly thumbnail: Blob | undefined;
  /** When it was taken, as far as its file says, milliseconds since 1970. */
  readonly takenAt: number;
  /** Pixels of the whole picture, upright; 0 until it was looked at. */
  readonly width: number;
  readonly height: number;
  /** Where the network looked, pixels of it; undefined where that is not known. */
  readonly square: Region | undefined;
  /** What the network said, the most probable first; empty where it was not asked. */
  readonly answers: readonly Prediction[];
  /** Name of that network, its id where that is not known. */
  readonly model: string;
}

/** What the network said, as labels. */
export function labelsOfStill({ answers, model }: Pick<KeptStill, 'answers' | 'model'>): RecognitionEntry['top'] {
  return answers.map((answer) => ({ ...labelOfPrediction(answer, model), probability: answer.probability }));
}

/** A picture that was chosen and is there. */
export type Still = ChosenStill & Omit<KeptStill, 'thumbnail'>;

/** What pictures of no session have as their session. */
export const STILLS = 'pictures';

/** What a picture is known by in all exports. */
const stillKey = (key: number): string => `${STILLS}/${key}`;

export function isChosenStill(value: unknown): value is ChosenStill {
  const { key, label, accepted } = (value ?? {}) as Partial<Record<keyof ChosenStill, unknown>>;
  return Number.isInteger(key) && isLabelRef(label) && (accepted === undefined || accepted === true);
}

/** Those that were chosen and are there still. */
export function stillsOf(chosen: readonly ChosenStill[], kept: readonly KeptStill[]): readonly Still[] {
  const byKey = new Map(kept.map((one) => [one.key, one]));
  return chosen.flatMap((one) => {
    const { thumbnail: _, ...found } = byKey.get(one.key) ?? { thumbnail: undefined, key: undefined };
    return found.key === undefined ? [] : [{ ...found, ...one }];
  });
}

/** What a set has of pictures of no session. */
export type StillChoice = Pick<DatasetDefinition, 'stills' | 'leftOut' | 'given'>;

/** A picture as a set has it: under the label that it was given among the set's pictures, where there is one. Undefined where it is not in the set. */
export function shownStill({ stills, leftOut, given }: StillChoice, key: number): ChosenStill | undefined {
  const chosen = stills.find((one) => one.key === key);
  const known = stillKey(key);
  if (!chosen || leftOut.includes(known)) return undefined;
  return Object.hasOwn(given, known) ? { key, label: given[known] } : chosen;
}

/**
 * A set with one of its pictures as it was chosen last: what was fixed of it before does not hold any more. Pictures that are gone leave it.
 * @param chosen undefined to leave it out
 * @param kept those that are there
 */
export function chooseStill<T extends StillChoice>(set: T, key: number, chosen: ChosenStill | undefined, kept: readonly Pick<KeptStill, 'key'>[]): T {
  const there = new Set(kept.map((one) => one.key));
  const stills = set.stills.filter((one) => one.key !== key && there.has(one.key));
  const fixed = new Set(stills.map((one) => stillKey(one.key)));
  const stays = (known: string): boolean => !known.startsWith(`${STILLS}/`) || fixed.has(known);
  return {
    ...set, stills: chosen ? [...stills, chosen] : stills, leftOut: set.leftOut.filter(stays), given: Object.fromEntries(Object.entries(set.given).filter(([known]) => stays(known))),
  };
}

/** A set with one of its pictures as another has it. */
export function restoreStill<T extends StillChoice>(set: T, key: number, from: StillChoice): T {
  const known = stillKey(key);
  const { stills, leftOut, given } = chooseStill(set, key, from.stills.find((one) => one.key === key), set.stills);
  return {
    ...set, stills, leftOut: from.leftOut.includes(known) ? [...leftOut, known] : leftOut,
    given: Object.hasOwn(from.given, known) ? { ...given, [known]: from.given[known] } : given,
  };
}

/** A picture as a dataset takes it: a person's labels, as of what is kept while filming. */
export function plannedStill({ key, label, accepted, width, height, square, answers, model }: Still): PlannedPicture {
  return {
    key: stillKey(key), sessionId: STILLS, timeUs: 0, labelUs: 0, frame: undefined, snapshot: undefined, still: key,
    labels: [{ label, author: accepted ? 'accepted' : 'human' }],
    square: square && width > 0 && height > 0 ? aimOf(square, width, height) : undefined,
    answer: answers.length > 0 ? { top: labelsOfStill({ answers, model }) } : undefined,
  };
}

/** Whether a dataset takes pictures that have a person's labels alone. */
export const takesStills = ({ whose }: Pick<PictureRules, 'whose'>): boolean => whose === 'human';

/** A stretch of a film of a set, from pause to pause: when it was taken, microseconds since 1970. */
export interface FilmTime {
  /** What its pictures have as their film: copies of one have the same. */
  readonly film: string;
  readonly startUs: number;
  readonly endUs: number;
  /** Where it begins in the film, microseconds. */
  readonly atUs: number;
  /** Between these, microseconds of the film, stands what is beside it: in a pause no later than what was filmed before, and no earlier than what was after. */
  readonly leastUs: number;
  readonly mostUs: number;
}

/**
 * When a film was taken. Where its pauses are not known (see `SessionManifest`), it is taken for one without: pictures behind a pause stand at a
 * later moment of it than they show, or beside no film.
 */
export function filmTimes(film: string, { createdAt, durationUs, pauses = [] }: Pick<SessionManifest, 'createdAt' | 'durationUs' | 'pauses'>): FilmTime[] {
  let [startUs, atUs, leastUs] = [createdAt * 1000, 0, -Infinity];
  const stretches = pauses.map(({ timeUs, lengthUs }): FilmTime => {
    const untilUs = Math.max(atUs, Math.min(timeUs, durationUs));
    const endUs = startUs + untilUs - atUs;
    const stretch = { film, startUs, endUs, atUs, leastUs, mostUs: untilUs };
    [startUs, atUs, leastUs] = [endUs + lengthUs, untilUs, untilUs];
    return stretch;
  });
  return [...stretches, { film, startUs, endUs: startUs + durationUs - atUs, atUs, leastUs, mostUs: Infinity }];
}

/** Time between a moment and a film, microseconds; 0 within it. */
const apart = (timeUs: number, { startUs, endUs }: FilmTime): number => Math.max(startUs - timeUs, timeUs - endUs, 0);

/** The film that was being taken at a moment, or less than a gap before or after it. */
function filmBeside(timeUs: number, films: readonly FilmTime[], gapUs: number): FilmTime | undefined {
  const near = films.filter((film) => apart(timeUs, film) < gapUs);
  return near.length === 0 ? undefined : near.reduce((best, film) => (apart(timeUs, film) < apart(timeUs, best) ? film : best));
}

/**
 * Where a split has pictures of no session, by when they were taken. One that was taken while a film of the set was, or less than a gap beside
 * it, shows what that film shows then: it stands there, with what follows or comes before it without a gap. All others are in one film; whole
 * sessions are those that were taken without a gap, so that two of one moment are on one side. Those that reach from one film to another without
 * a gap are each of the film that was last beside them.
 * @param films those of the set
 * @returns film and time, microseconds, of each by its key
 */
export function stillMoments(stills: readonly Still[], films: readonly FilmTime[], { by, gapUs }: Pick<SplitRule, 'by' | 'gapUs'>): ReadonlyMap<number, { readonly film: string; readonly timeUs: number }> {
  const runs: { readonly key: number; readonly timeUs: number; readonly film: FilmTime | undefined }[][] = [];
  for (const { key, takenAt } of [...stills].sort((a, b) => a.takenAt - b.takenAt || a.key - b.key)) {
    const timeUs = takenAt * 1000;
    const last = runs.at(-1)?.at(-1);
    if (!last || timeUs - last.timeUs >= gapUs) runs.push([]);
    runs[runs.length - 1].push({ key, timeUs, film: filmBeside(timeUs, films, gapUs) });
  }
  const found = new Map<number, { film: string; timeUs: number }>();
  for (const run of runs) {
    const alone = { film: by === 'session' ? `${STILLS}/${run[0].key}` : STILLS, startUs: 0, atUs: 0, leastUs: -Infinity, mostUs: Infinity };
    // Those before the first one beside a film are of its moment too.
    let beside: Omit<FilmTime, 'endUs'> = run.find(({ film }) => film)?.film ?? alone;
    for (const { key, timeUs, film } of run) {
      beside = film ?? beside;
      const { film: id, startUs, atUs, leastUs, mostUs } = beside;
      found.set(key, { film: id, timeUs: Math.min(mostUs, Math.max(leastUs, timeUs - startUs + atUs)) });
    }
  }
  return found;
}
