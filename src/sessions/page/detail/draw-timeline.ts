import type { ConfidenceSeries } from '../../shared/confidence';
import { ANSWER_HOLDS_US } from '../../shared/label-times';
import type { PredictedRun } from '../../shared/predicted-runs';
import { runsWithin, type PlacedSpan } from '../../shared/spans-in-sight';
import { rulerMarks, type TimeWindow } from '../../shared/time-window';
import { percent } from '../../../base/page/elements/format';
import type { LabelColours } from './label-colour';
import { rulerTime } from './time-words';

/** What is drawn on, in CSS pixels. */
export interface Drawing {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  readonly dark: boolean;
  /** Colours of the page. */
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly font: string;
}

/** Makes a canvas as sharp as the screen and gives what is drawn with; undefined where it has no size yet. */
export function drawingOf(canvas: HTMLCanvasElement, dark: boolean): Drawing | undefined {
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = canvas.getContext('2d');
  if (!context || width === 0 || height === 0) return undefined;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const style = getComputedStyle(canvas);
  const token = (name: string): string => style.getPropertyValue(name).trim();
  return {
    context, width, height, dark,
    text: token('--sg-text'), muted: token('--sg-muted'), line: token('--sg-line'), font: `12px ${token('--sg-font')}`,
  };
}

/** Pixels from the left edge. */
export function xOf(timeUs: number, { startUs, endUs }: TimeWindow, width: number): number {
  return ((timeUs - startUs) / (endUs - startUs)) * width;
}

export function drawRuler({ context, width, height, muted, line, font }: Drawing, window: TimeWindow): void {
  context.font = font;
  context.textBaseline = 'middle';
  for (const mark of rulerMarks(window, Math.max(2, Math.floor(width / 70)))) {
    const x = Math.round(xOf(mark, window, width)) + 0.5;
    context.strokeStyle = line;
    context.beginPath();
    context.moveTo(x, height - 7);
    context.lineTo(x, height);
    context.stroke();
    context.fillStyle = muted;
    // The first and last would stick out.
    const words = rulerTime(mark);
    const half = context.measureText(words).width / 2;
    context.textAlign = 'center';
    context.fillText(words, Math.max(half + 1, Math.min(width - half - 1, x)), height / 2 - 2);
  }
}

/** A diamond on the ruler for each snapshot. */
export function drawMarks({ context, width, height, text }: Drawing, snapshots: readonly { readonly timeUs: number }[], window: TimeWindow): void {
  context.fillStyle = text;
  for (const { timeUs } of snapshots) {
    if (timeUs < window.startUs || timeUs > window.endUs) continue;
    const x = Math.max(5, Math.min(width - 5, xOf(timeUs, window, width)));
    context.beginPath();
    context.moveTo(x, height - 11);
    context.lineTo(x + 5, height - 6);
    context.lineTo(x, height - 1);
    context.lineTo(x - 5, height - 6);
    context.fill();
  }
}

/** Spans too narrow for an element. Those less than a pixel wide share one. @param rowHeight pixels */
export function drawBars({ context, width, dark }: Drawing, bars: readonly PlacedSpan[], window: TimeWindow, colours: LabelColours, rowHeight: number): void {
  const drawnTo: number[] = [];
  for (const { span, row } of bars) {
    const from = Math.max(0, xOf(span.startUs, window, width));
    const to = Math.min(width, xOf(span.endUs, window, width));
    if (to - (drawnTo[row] ?? -1) < 0.5) continue;
    drawnTo[row] = to;
    const colour = colours.of(span.label, dark);
    const [top, wide, high] = [row * rowHeight + 3, Math.max(1, to - from), rowHeight - 5];
    context.fillStyle = colour;
    context.globalAlpha = 0.35;
    context.fillRect(from, top, wide, high);
    context.globalAlpha = 1;
    context.fillRect(from, top, wide, 2);
    context.fillRect(from, top + high - 2, wide, 2);
  }
}

/** The network's runs: hatched, so that nobody takes them for a person's, and without a colour where it was not sure. Runs less than a pixel wide share one. */
export function drawRuns(
  { context, width, height, dark, text, muted, font }: Drawing,
  runs: readonly PredictedRun[],
  window: TimeWindow,
  colours: LabelColours,
  words: (run: PredictedRun) => string,
): void {
  context.font = font;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  let drawnTo = -1;
  const [first, end] = runsWithin(runs, window.startUs, window.endUs);
  for (const run of runs.slice(first, end)) {
    const { startUs, endUs, label, probability, unsure } = run;
    if (endUs <= window.startUs || startUs >= window.endUs) continue;
    const from = Math.max(0, xOf(startUs, window, width));
    const to = Math.min(width, xOf(endUs, window, width));
    if (to - drawnTo < 0.5) continue;
    drawnTo = to;
    const colour = unsure ? muted : colours.of(label, dark);
    context.save();
    context.beginPath();
    context.rect(from, 0, Math.max(1, to - from - 1), height);
    context.clip();
    context.globalAlpha = 0.15 + 0.35 * probability;
    context.fillStyle = colour;
    context.fillRect(from, 0, to - from, height);
    if (to - from > 6) {
      context.strokeStyle = colour;
      context.lineWidth = 1;
      for (let x = Math.floor(from / 8) * 8 - height; x < to; x += 8) {
        context.beginPath();
        context.moveTo(x, height);
        context.lineTo(x + height, 0);
        context.stroke();
      }
    }
    context.globalAlpha = 1;
    context.fillStyle = colour;
    context.fillRect(from, height - 3, to - from, 3);
    if (to - from > 36) {
      context.fillStyle = text;
      context.fillText(words(run), from + 6, height / 2 - 1);
    }
    context.restore();
  }
}

/** A line for each label over time, broken where nothing was answered. */
export function drawConfidence(
  { context, width, height, dark, line, muted, font }: Drawing,
  series: readonly ConfidenceSeries[],
  { startUs, endUs }: TimeWindow,
  colours: LabelColours,
): void {
  const longestGap = (ANSWER_HOLDS_US / (endUs - startUs)) * width;
  const top = 4;
  const bottom = height - 4;
  const y = (probability: number): number => bottom - probability * (bottom - top);
  context.strokeStyle = line;
  context.lineWidth = 1;
  context.setLineDash([2, 4]);
  for (const share of [0, 0.5, 1]) {
    context.beginPath();
    context.moveTo(0, Math.round(y(share)) + 0.5);
    context.lineTo(width, Math.round(y(share)) + 0.5);
    context.stroke();
  }
  context.setLineDash([]);
  for (const { label, mean } of series) {
    context.strokeStyle = colours.of(label, dark);
    context.lineWidth = 2;
    context.beginPath();
    const slice = width / mean.length;
    let lastX = -Infinity;
    mean.forEach((value, i) => {
      if (Number.isNaN(value)) return;
      const x = (i + 0.5) * slice;
      // Answers come slower than slices where one looks closely: bridged for as long as an answer stands.
      if (x - lastX > Math.max(3 * slice, longestGap)) context.moveTo(x, y(value));
      else context.lineTo(x, y(value));
      lastX = x;
    });
    context.stroke();
  }
  context.font = font;
  context.fillStyle = muted;
  context.textAlign = 'right';
  context.textBaseline = 'top';
  context.fillText(percent(1), width - 4, top + 3);
}
