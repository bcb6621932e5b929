import { lastWhere } from '../label-times';
import { type ExportSource, runsOf } from './export-source';
import type { ExportTracks, FilmWords } from '../session-export';
import { DRAWN_FONT, DRAWN_GROUND } from '../../../base/shared/labels/drawn';
import type { LabelRef } from '../../../base/shared/labels/label-ref';

/** What is drawn onto a video's frames for a time. */
export interface Caption {
  /** Microseconds, inclusive. */
  readonly startUs: number;
  /** Microseconds, exclusive. */
  readonly endUs: number;
  readonly text: string;
  /** Whether a person says so; else the network. */
  readonly human: boolean;
}

/** More lines than these would cover the image. */
const MOST_LINES = 4;

/** The captions of a session, as they begin, for drawing at rising or any other times. */
export class Captions {
  private constructor(
    /** By their starts. */
    private readonly human: readonly Caption[],
    /** By their starts; no two at a time. */
    private readonly predicted: readonly Caption[],
  ) {}

  static async of(source: ExportSource, tracks: ExportTracks, { classNames, unsure }: FilmWords): Promise<Captions> {
    const called = ({ index, name }: LabelRef): string => (index === undefined ? name : (classNames.at(index) ?? name));
    const human = tracks === 'predicted' ? [] : source.human.spans.map(({ startUs, endUs, label }): Caption => ({ startUs, endUs, text: called(label), human: true }));
    const predicted: Caption[] = [];
    if (tracks !== 'human') {
      for await (const { startUs, endUs, label, probability, unsure: doubted } of runsOf(source)) {
        predicted.push({ startUs, endUs, text: doubted ? unsure : `${called(label)} ${Math.round(probability * 100)} %`, human: false });
      }
    }
    return new Captions(human.sort((a, b) => a.startUs - b.startUs), predicted);
  }

  get empty(): boolean {
    return this.human.length + this.predicted.length === 0;
  }

  /** Those in sight at a time, a person's first. @param timeUs microseconds */
  at(timeUs: number): readonly Caption[] {
    const within = ({ startUs, endUs }: Caption): boolean => startUs <= timeUs && timeUs < endUs;
    const last = lastWhere(this.predicted.length, (i) => this.predicted[i].startUs <= timeUs);
    const run = this.predicted.slice(Math.max(0, last), last + 1);
    return [...this.human.filter(within), ...run.filter(within)].slice(-MOST_LINES);
  }
}

/** What of a 2D context is drawn with. */
export type CaptionContext = Pick<OffscreenCanvasRenderingContext2D, 'fillRect' | 'fillText' | 'measureText'> & { fillStyle: unknown; font: string; textBaseline: string; textAlign: string };

/** Draws captions along the lower edge of an image, each on a dark ground of its own, a person's in bold. */
export function drawCaptions(context: CaptionContext, width: number, height: number, captions: readonly Caption[]): void {
  const unit = Math.max(10, Math.min(width, height) / 18);
  const line = unit * 1.7;
  let y = height - unit * 0.5 - captions.length * (line + unit * 0.2);
  for (const { text, human } of captions) {
    context.font = `${human ? 700 : 400} ${unit}px ${DRAWN_FONT}`;
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    const most = width - 3 * unit;
    const wide = Math.min(most, context.measureText(text).width);
    context.fillStyle = DRAWN_GROUND;
    context.fillRect(unit * 0.75, y, wide + unit * 1.5, line);
    context.fillStyle = human ? '#fff' : '#cfd6e4';
    context.fillText(text, unit * 1.5, y + line / 2, most);
    y += line + unit * 0.2;
  }
}
