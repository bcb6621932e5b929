import { labelKey, type LabelRef } from '../../../../base/shared/labels/label-ref';
import { labelOfClass } from '../classes';
import type { DatasetClass, PictureInfo } from '../dataset';
import { boxedClasses, share, type DatasetContext, type Pictures, type ZipContent } from './format';
import { textBlocks, xml } from '../../export/text';

const percent = (part: number, whole: number): number => Number((100 * share(part, whole)).toFixed(4));

/** The boxes of a picture, as results of one annotation or prediction. */
function results({ box, width, height, key }: PictureInfo, classes: readonly { readonly name: string; readonly score?: number; readonly origin: string; readonly note?: string }[]): object[] {
  const place = { x: percent(box.x, width), y: percent(box.y, height), width: percent(box.width, width), height: percent(box.height, height), rotation: 0 };
  return classes.map(({ name, score, origin, note }, i) => ({
    id: `${key.replace(/[^A-Za-z0-9-]/g, '-')}-${origin}-${i}`,
    from_name: 'label', to_name: 'image', type: 'rectanglelabels', original_width: width, original_height: height, image_rotation: 0, origin,
    value: { ...place, rectanglelabels: [name] },
    ...(score !== undefined && { score }),
    ...(note !== undefined && { meta: { text: [note] } }),
  }));
}

type NameOf = (label: LabelRef) => string | undefined;

/** A label as tasks tell of it: by the name that the set gives it. */
const told = (called: string, { name, index }: LabelRef): object => ({ called, name, ...(index !== undefined && { index }) });

/** The labels of all classes, by their own names where a picture has them. */
function toldClasses(classes: readonly DatasetClass[], pictures: readonly PictureInfo[]): object[] {
  const known = new Map<string, LabelRef>();
  for (const { labels, answer } of pictures) for (const label of [...(answer?.top ?? []), ...labels.map((one) => one.label)]) known.set(labelKey(label), label);
  return classes.flatMap((one) => one.from.map((key) => told(one.name, known.get(key) ?? labelOfClass({ ...one, from: [key] }) ?? one)));
}

/** @param classes labels of all classes of the set, since its set-up offers these for every picture */
function task(picture: PictureInfo, folder: string, nameOf: NameOf, classes: readonly object[], set: string | undefined): object {
  const { side, file, session, sessionId, snapshot, still, frame, timeUs, labelUs, answer } = picture;
  const own = boxedClasses(picture).filter(({ author }) => author !== 'network').map(({ name, author }) => ({ name, origin: author === 'accepted' ? 'prediction' : 'manual', ...(author === 'accepted' && { note: 'accepted guess' }) }));
  // Classes may be called anew, or be of several labels: what comes back as it was is the picture's own.
  const labels = picture.labels.flatMap(({ label, author }) => {
    const called = author === 'network' || author === 'unlabelled' ? undefined : nameOf(label);
    return called === undefined ? [] : [told(called, label)];
  });
  const first = answer?.top.at(0);
  const said = first && nameOf(first);
  const prediction = first && said !== undefined && {
    // What was not sure is not said: a version of its own, so that nobody takes it for an answer.
    model_version: answer?.sure === false ? 'network (not sure)' : 'network',
    score: first.probability,
    result: results(picture, [{ name: said, score: first.probability, origin: 'prediction' }]),
  };
  return {
    data: { image: `/data/local-files/?d=${encodeURIComponent(folder)}/images/${side}/${encodeURIComponent(file)}`, session, session_id: sessionId, snapshot: snapshot ?? null, split: side, frame: frame ?? null, time_s: timeUs / 1e6, label_time_s: labelUs / 1e6, labels, classes, ...(still !== undefined && { still, set }) },
    annotations: own.length > 0 ? [{ was_cancelled: false, result: results(picture, own) }] : [],
    predictions: prediction ? [prediction] : [],
  };
}

/**
 * Pictures for Label Studio: `tasks.json` with a task a picture, `config.xml`, and the pictures. A person's labels are annotations, what the
 * network said is a prediction.
 * @param nameOf the dataset's name of a label that the network gave; undefined where the dataset has no such class
 * @param set id of the dataset: pictures of no session have their labels there
 */
export function labelStudioImages(folder: string, nameOf: NameOf, set?: string) {
  return async function* ({ classes }: DatasetContext, pictures: Pictures): AsyncGenerator<ZipContent> {
    const noted: PictureInfo[] = [];
    for await (const { jpeg, ...info } of pictures) {
      yield { name: `${folder}/images/${info.side}/${info.file}`, input: jpeg };
      noted.push(info);
    }
    const pieces = function* (): Generator<string> {
      const all = toldClasses(classes, noted);
      yield '[';
      for (const [i, picture] of noted.entries()) yield `${i > 0 ? ',' : ''}\n${JSON.stringify(task(picture, folder, nameOf, all, set))}`;
      yield '\n]\n';
    };
    yield { name: `${folder}/tasks.json`, input: textBlocks(pieces()) };
    const lines = classes.filter(({ from }) => from.length > 0).map(({ name }) => `    <Label value="${xml(name)}"/>`).join('\n');
    yield {
      name: `${folder}/config.xml`,
      input: `<View>\n  <Image name="image" value="$image"/>\n  <RectangleLabels name="label" toName="image">\n${lines}\n  </RectangleLabels>\n</View>\n`,
    };
  };
}
