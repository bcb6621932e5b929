import { secondsText, type ExportSource } from '../export/export-source';
import type { SessionManifest } from '../session';
import { SIDES, type DatasetPicture, type PictureInfo, type Side } from './dataset';
import type { DatasetContext, Pictures } from './formats/format';
import type { SetNames } from './set-member';

/** Counts what goes by. */
export class CardCounts {
  readonly classes = new Map<number, Record<Side, number>>();
  readonly authors = new Map<string, number>();
  /** Pictures of no session. */
  stills = 0;
  readonly #sides: Record<Side, number> = { train: 0, val: 0, test: 0 };

  note({ side, classes, still }: PictureInfo): void {
    this.#sides[side]++;
    if (still !== undefined) this.stills++;
    for (const { id, author } of classes) {
      const count = this.classes.get(id) ?? { train: 0, val: 0, test: 0 };
      count[side]++;
      this.classes.set(id, count);
      this.authors.set(author, (this.authors.get(author) ?? 0) + 1);
    }
  }

  get pictures(): Readonly<Record<Side, number>> {
    return this.#sides;
  }

  get total(): number {
    return SIDES.reduce((sum, side) => sum + this.#sides[side], 0);
  }

  /** The same pictures, counted as they go by. */
  async *through(pictures: Pictures): AsyncGenerator<DatasetPicture> {
    for await (const picture of pictures) {
      this.note(picture);
      yield picture;
    }
  }
}

const AUTHORS: Readonly<Record<string, string>> = {
  human: 'a person', accepted: 'a person, who accepted the guess of the network', network: 'the network', unlabelled: 'nobody: background',
};

/** Formats with one label a picture; those of WebDataset name the others in their JSON. */
const ONE_LABEL: ReadonlySet<string> = new Set(['parquet', 'web-dataset']);

/** A text in a table of Markdown. */
const cell = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').replace(/[\\|`*_<>[\]]/g, '\\$&');

/** What was left out on the way. */
export interface LeftOut {
  readonly gap: number;
  readonly picked: number;
  readonly overlapping: number;
  /** Whose frame or snapshot could not be had. */
  readonly missing: number;
}

function size(pictures: number): string {
  const [, name] = [[1000, 'n<1K'], [10_000, '1K<n<10K'], [100_000, '10K<n<100K'], [Infinity, '100K<n<1M']].find(([most]) => pictures < Number(most)) ?? [];
  return String(name);
}

/** Where readers of Hugging Face find which side: for the formats that it reads. */
function splitFiles(format: string, sides: readonly Side[]): string {
  if (format !== 'image-folder' && format !== 'parquet') return '';
  const lines = sides.map((side) => {
    const split = side === 'val' ? 'validation' : side;
    return `  - split: ${split}\n    path: ${format === 'parquet' ? `data/${split}-*` : `${side}/**`}\n`;
  });
  return `configs:\n- config_name: default\n  data_files:\n${lines.join('')}`;
}

const seconds = (us: number): string => String(Number(secondsText(us)));
const sessionCount = (count: number): string => `${count} recorded session${count === 1 ? '' : 's'}`;
const licenceLine = (licence: string | undefined): string => (licence ? `Licence: ${licence}.` : 'Nobody has said yet under which licence it may be passed on.');

function sessionTable(sessions: readonly SessionManifest[]): string {
  const rows = sessions.map(({ name: session, createdAt, film, device, models, durationUs }) => {
    const networks = models.map(({ name: model, precision }) => `${model} (${precision})`).join(', ');
    return `| ${cell(session)} | ${new Date(createdAt).toISOString()} | ${seconds(durationUs)} | ${film.width} x ${film.height}, ${cell(film.mimeType)} | ${cell(device ?? 'not known')} | ${cell(networks)} |\n`;
  });
  return `| session | recorded | seconds | film | device | network |\n| --- | --- | --- | --- | --- | --- |\n${rows.join('')}`;
}

const percent = (share: number): number => Math.round(share * 100);

/** README.md of a dataset: what is in it, where it is from, how it was split (huggingface.co/docs/hub/datasets-cards). */
export function datasetCard({ definition, classes, sessions, sides }: DatasetContext, format: string, counts: CardCounts, left: LeftOut): string {
  const { name, licence, pictures: rules, split } = definition;
  const { total } = counts;
  const front = `---\npretty_name: ${JSON.stringify(name)}\n${licence ? `license: ${licence}\n` : ''}task_categories:\n- image-classification\nsize_categories:\n- ${size(total)}\n${splitFiles(format, sides)}---\n`;
  const rows = classes.filter(({ id }) => counts.classes.has(id)).map(({ id, name: label }) => {
    const count = counts.classes.get(id) ?? { train: 0, val: 0, test: 0 };
    return `| ${id} | ${cell(label)} | ${count.train} | ${count.val} | ${count.test} |`;
  });
  const how = { moment: `by moment: pictures of one film on different sides are at least ${seconds(split.gapUs)} s apart`, session: 'by session: all of a film is on one side', none: 'none: all pictures are on the side of training' }[split.by];
  const frames = rules.everyUs === undefined ? 'one of each labelled span' : rules.everyUs === 0 ? 'every frame' : `one each ${seconds(rules.everyUs)} s`;
  const authors = [...counts.authors].map(([author, count]) => `- ${count} by ${AUTHORS[author]}`);
  const missing = classes.filter(({ id }) => counts.classes.has(id)).flatMap(({ id, name: label }) => sides.filter((side) => counts.classes.get(id)?.[side] === 0).map((side) => `- ${cell(label)}: none in ${side}`));
  return `${front}
# ${cell(name)}

${total} pictures out of ${sessionCount(sessions.length)}, ${counts.stills > 0 ? `${counts.stills} of them taken by themselves, ` : ''}made with Sightglass.
${licenceLine(licence)}

## Classes

| id | label | train | val | test |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
| | all pictures | ${counts.pictures.train} | ${counts.pictures.val} | ${counts.pictures.test} |
${missing.length > 0 ? `\nClasses without pictures on a side:\n\n${missing.join('\n')}\n` : ''}
## Labels

${authors.join('\n')}

Labels of a person and of the network are not mixed: these are ${rules.whose === 'human' ? "a person's" : "the network's"}.${rules.whose === 'predicted' ? ' Where the network was not sure there is no picture.' : ''}${rules.whose === 'predicted' && counts.authors.has('human') ? ' Those by a person were corrected while the pictures were looked through.' : ''}

## How it was made

- Pictures: ${frames}; ${seconds(rules.marginUs)} s at both ends of each span are left off.
- Pictures with several labels (${left.overlapping}): ${{ each: ONE_LABEL.has(format) ? 'have the first of them as their label in this format' : 'stand under each', latest: 'stand under the one that began last', none: 'are left out' }[rules.overlaps]}.
- Split: ${how}.${split.by === 'none' ? '' : ` ${percent(1 - split.val - split.test)} % train, ${percent(split.val)} % val, ${percent(split.test)} % test were asked for. Seed ${split.seed}.`}
- Left out: ${left.gap} too near to another side, ${left.picked} picked out by a person, ${left.missing} whose frame or snapshot could not be read.
- Boxes: the square that the network looked at, which a person may have aimed; the whole picture where the session does not say.

## Sessions

${sessionTable(sessions)}`;
}

/** A dataset's films, or tables of their labels. @param names what labels are called in it */
export function filmSetCard(
  { definition: { name, licence }, classes, sources }: Pick<DatasetContext, 'definition' | 'classes'> & { readonly sources: readonly Pick<ExportSource, 'manifest' | 'human'>[] },
  names: SetNames,
): string {
  const spans = sources.flatMap(({ human }) => human.spans);
  const rows = classes.filter(({ from }) => from.length > 0).map(({ id, name: label }) => {
    const own = spans.filter((span) => names.idOf(span.label) === id);
    return `| ${id} | ${cell(label)} | ${own.length} | ${seconds(own.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0))} |`;
  });
  return `# ${cell(name)}

The labels of ${sessionCount(sources.length)}, made with Sightglass.
${licenceLine(licence)}

## Classes

| id | label | labelled by a person, times | seconds |
| --- | --- | --- | --- |
${rows.join('\n')}

Labels are called as in the dataset of pictures. What was fixed picture by picture is of its pictures alone.

## Sessions

${sessionTable(sources.map(({ manifest }) => manifest))}`;
}
