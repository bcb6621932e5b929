import { labelKey } from '../../../base/shared/labels/label-ref';
import { classByLabel, classesOf } from '../../shared/dataset/classes';
import { SIDES, type DatasetClass, type DatasetDefinition, type PlannedPicture, type Side } from '../../shared/dataset/dataset';
import { labelsOf, planPictures, settleOverlaps } from '../../shared/dataset/plan-pictures';
import { filmTimes, plannedStill, stillMoments, takesStills, type FilmTime, type Still } from '../../shared/dataset/still';
import { countSides, splitPictures } from '../../shared/dataset/split';
import type { DatasetPlan } from '../../shared/session-export';
import { SessionSource } from '../export/session-source';

/** A dataset's pictures, before one is taken out of a film. */
export interface PlannedDataset {
  readonly definition: DatasetDefinition;
  readonly sources: readonly SessionSource[];
  /** Pictures of no session. */
  readonly stills: readonly Still[];
  readonly classes: readonly DatasetClass[];
  readonly classOf: (picture: PlannedPicture['labels'][number]) => DatasetClass;
  readonly pictures: readonly PlannedPicture[];
  /** Of each picture's key; those that are too near to another side have none. */
  readonly sides: ReadonlyMap<string, Side>;
  readonly overlapping: number;
  readonly leftOut: number;
}

/** @param stills those that were chosen and are there @throws Fault `session-missing`, `session-busy`, `storage-failed` */
export async function planDataset(definition: DatasetDefinition, stills: readonly Still[]): Promise<PlannedDataset> {
  const sources: SessionSource[] = [];
  const found: PlannedPicture[] = [];
  const take = (picture: PlannedPicture): void => {
    const given = Object.hasOwn(definition.given, picture.key) ? definition.given[picture.key] : undefined;
    found.push(given ? { ...picture, labels: [{ label: given, author: 'human' }] } : picture);
  };
  for (const id of definition.sessionIds) {
    const source = await SessionSource.open(id);
    sources.push(source);
    (await planPictures(source, definition.pictures)).forEach(take);
  }
  if (takesStills(definition.pictures)) stills.map(plannedStill).forEach(take);
  // Labels that were made one, or are one by their names, do not overlap.
  const merged = classByLabel(classesOf(definition.classes, labelsOf(found)));
  const { pictures: all, overlapping } = settleOverlaps(found, definition.pictures.overlaps, (label) => merged.get(labelKey(label))?.id ?? labelKey(label));
  const classes = classesOf(definition.classes, labelsOf(all));
  const byLabel = classByLabel(classes);
  const classOf = ({ label }: PlannedPicture['labels'][number]): DatasetClass => {
    const one = byLabel.get(labelKey(label));
    if (!one) throw new RangeError(`The label ${label.name} has no class.`);
    return one;
  };
  const wrong = new Set(definition.leftOut);
  const pictures = all.filter(({ key }) => !wrong.has(key));
  // An imported copy, recorded at the same moment and as long, shows what its original shows: the same frames must not stand on two sides.
  const first = new Map<string, string>();
  const films = new Map<string, string>();
  const times: FilmTime[] = [];
  for (const { manifest } of sources) {
    const { id, createdAt, durationUs } = manifest;
    const shown = `${createdAt}/${durationUs}`;
    const film = first.get(shown) ?? id;
    first.set(shown, film);
    films.set(id, film);
    times.push(...filmTimes(film, manifest));
  }
  const moments = stillMoments(stills, times, definition.split);
  const sides = splitPictures(
    pictures.map(({ key, sessionId, timeUs, labels, still }) => {
      const moment = still === undefined ? undefined : moments.get(still);
      return { key, sessionId: moment?.film ?? films.get(sessionId) ?? sessionId, timeUs: moment?.timeUs ?? timeUs, classId: classOf(labels[0]).id };
    }),
    definition.split,
  );
  return { definition, sources, stills, classes, classOf, pictures, sides, overlapping, leftOut: all.length - pictures.length };
}

/** When the last of what a dataset holds was filmed or taken. */
export function modifiedAt({ sources, stills }: PlannedDataset): Date {
  return new Date(Math.max(...sources.map(({ manifest }) => manifest.createdAt), ...stills.map(({ takenAt }) => takenAt)));
}

/** What the page is told of it. */
export function planOf({ definition, stills, classes, classOf, pictures, sides, overlapping, leftOut }: PlannedDataset): DatasetPlan {
  const items = pictures.map(({ key, labels }) => ({ key, classIds: [...new Set(labels.map((label) => classOf(label).id))] }));
  const count = (side: Side): number => [...sides.values()].filter((one) => one === side).length;
  const [train, val, test] = SIDES.map(count);
  const there = new Set(stills.map(({ key }) => key));
  const gone = definition.stills.filter(({ key }) => !there.has(key)).length;
  return { classes, counts: countSides(items, sides), sides: { train, val, test }, overlapping, tooNear: pictures.length - sides.size, leftOut, gone };
}
