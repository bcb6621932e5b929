import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { localized, msg, str } from '@lit/localize';
import { labelText } from '../../../base/page/language';
import type { HumanSpan, RecognitionEntry, Snapshot } from '../../shared/session';
import { SpanIndex } from '../../shared/span-index';
import { runsWithin, SpansInRows, type InSight } from '../../shared/spans-in-sight';
import type { LabelRef } from '../../../base/shared/labels/label-ref';
import { confidenceSeries } from '../../shared/confidence';
import type { Edge } from '../../shared/edit-labels';
import type { PredictedRun } from '../../shared/predicted-runs';
import { panned, showing, wholeVideo, zoomed, type TimeWindow } from '../../shared/time-window';
import { SeekEvent, SpanEditEvent } from '../events';
import { list } from '../../../base/page/elements/format';
import { editIcon, type EditIconName } from './edit-icons';
import { styleProperties } from '../../../base/page/elements/style-properties';
import { sharedStyles } from '../../../base/page/elements/styles';
import { drawBars, drawConfidence, drawingOf, drawMarks, drawRuler, drawRuns, xOf } from './draw-timeline';
import { isDark, LabelColours } from './label-colour';
import type { ZoomCommand } from './session-keys';
import { labelTimelineStyles } from './label-timeline-styles';
import { TimelineGestures } from './timeline-gestures';
import { preciseTime } from './time-words';

/** An edge is drawn to what lies this near, pixels. */
const SNAP = 7;

/** What is changed by edits of a person's labels alone. */
const OF_SPANS: ReadonlySet<PropertyKey> = new Set(['index', 'selected', 'drawn']);

/**
 * A video's labels over time: a person's spans, which are edited here, the network's runs, and its confidence. A person's and
 * the network's labels are never in one row. Of thousands of spans those are elements that are wide enough to be pressed; the others
 * are bars on a canvas, which can be tapped all the same.
 *
 * @event sg-seek - another time is to be shown
 * @event sg-span-edit - a span was chosen, or an edge moved
 * @csspart area - all that has the time scale
 */
@customElement('sg-label-timeline')
@localized()
export class LabelTimeline extends LitElement {
  static override styles = [sharedStyles, labelTimelineStyles];

  @property({ attribute: false }) index = new SpanIndex<HumanSpan>([]);
  /** Marked on the ruler. */
  @property({ attribute: false }) snapshots: readonly Snapshot[] = [];
  @property({ attribute: false }) runs: readonly PredictedRun[] = [];
  @property({ attribute: false }) recognitions: readonly RecognitionEntry[] = [];
  /** Labels that the plot has a line for. */
  @property({ attribute: false }) plotted: readonly LabelRef[] = [];
  /** Microseconds. */
  @property({ type: Number }) durationUs = 1;
  /** Id of the span that is worked on. */
  @property() selected: string | undefined;
  /** How far a key moves an edge, microseconds. */
  @property({ type: Number }) frameUs = 33_333;
  #all = new SpansInRows(this.index);
  /** With the edge that is being drawn where it is now. */
  #shown = this.#all;
  #inSight: InSight = { buttons: [], bars: [] };
  @state() private window: TimeWindow = wholeVideo(1);
  @state() private width = 0;
  /** An edge that is being drawn, not let go yet. */
  @state() private drawn: { readonly id: string; readonly edge: Edge; readonly timeUs: number } | undefined;
  @query('.area') private readonly area!: HTMLElement;
  @query('.human') private readonly human!: HTMLElement;
  @query('.playhead') private readonly playhead!: HTMLElement;
  #timeUs = 0;
  #colours = new LabelColours([]);
  readonly #scheme = matchMedia('(prefers-color-scheme: light)');
  readonly #onScheme = (): void => this.requestUpdate();
  readonly #observer = new ResizeObserver(([entry]) => (this.width = entry.contentRect.width));
  readonly #gestures = new TimelineGestures({
    pan: (pixels) => (this.window = panned(this.window, -pixels * this.#usPerPixel, this.durationUs)),
    zoom: (factor, x) => (this.window = zoomed(this.window, factor, this.#timeAt(x), this.durationUs)),
    scrub: (x) => this.dispatchEvent(new SeekEvent(this.#timeAt(x))),
    tap: (x, y) => {
      this.dispatchEvent(new SpanEditEvent({ kind: 'select', id: this.#barAt(x, y)?.id }));
      this.dispatchEvent(new SeekEvent(this.#timeAt(x)));
    },
  });

  /** Zooms about the playhead, or shows the whole video. */
  zoom(command: ZoomCommand): void {
    if (command === 'zoom-fit') this.window = wholeVideo(this.durationUs);
    else this.#zoomAtPlayhead(command === 'zoom-in' ? 1.8 : 1 / 1.8);
  }

  /** Moves the playhead, without drawing all anew. */
  showTime(timeUs: number): void {
    this.#timeUs = timeUs;
    if (!this.hasUpdated) return;
    this.window = showing(this.window, timeUs, this.durationUs);
    this.#placePlayhead();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#scheme.addEventListener('change', this.#onScheme);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#scheme.removeEventListener('change', this.#onScheme);
    this.#observer.disconnect();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('plotted')) this.#colours = new LabelColours(this.plotted);
    if (changed.has('durationUs')) this.window = wholeVideo(this.durationUs);
    if (changed.has('index')) this.#all = new SpansInRows(this.index);
    const { drawn } = this;
    this.#shown = drawn ? this.#all.with(drawn.id, drawn.edge, drawn.timeUs) : this.#all;
    // One that has the focus stays, out of sight: keys would go nowhere with it.
    const focused = this.shadowRoot?.activeElement?.closest('.span')?.querySelector('button')?.dataset['span'];
    this.#inSight = this.#shown.inSight(this.window, this.width, [this.selected, focused]);
  }

  override firstUpdated(): void {
    this.#observer.observe(this.area);
    // Lit's own listener would be passive in some browsers.
    this.area.addEventListener('wheel', this.#gestures.wheel, { passive: false });
  }

  override updated(changed: PropertyValues<this>): void {
    // An edit of a person's labels leaves what the network said as it is drawn.
    this.#draw([...changed.keys()].length > 0 && [...changed.keys()].every((key) => OF_SPANS.has(key)));
    this.#placePlayhead();
  }

  override render(): unknown {
    const { buttons, bars } = this.#inSight;
    const height = `calc(var(--row) * ${Math.max(1, this.#shown.rows)} + 4px)`;
    const { down, move, up } = this.#gestures;
    return html`
      <div class="tools" role="group" aria-label=${msg('Zoom of the timeline')}>
        ${this.#tool('zoomOut', msg('Zoom out'), 'zoom-out')} ${this.#tool('zoomIn', msg('Zoom in'), 'zoom-in')}
        ${this.#tool('fit', msg('Whole film'), 'zoom-fit')}
      </div>
      <div class="area" part="area" @pointerdown=${down} @pointermove=${move} @pointerup=${up} @pointercancel=${up}>
        <canvas class="ruler" aria-hidden="true"></canvas>
        <div class="caption" aria-hidden="true">${msg('Your labels')}</div>
        <div class="human" role="group" aria-label=${msg('Your labels')} style=${styleProperties({ height })}>
          <canvas class="bars" role="img" aria-label=${msg(str`${bars.length} more labels, too short to be pressed here: look closer, or take the list below`)} ?hidden=${bars.length === 0}></canvas>
          ${repeat(buttons, ({ span: { id } }) => id, ({ span, row }) => this.#span(span, row))}
          ${this.index.spans.length === 0 ? html`<span class="empty">${msg('None yet')}</span>` : nothing}
        </div>
        <div class="caption" aria-hidden="true">${msg('Recognised')}</div>
        <canvas class="runs" aria-hidden="true"></canvas>
        <div class="caption" aria-hidden="true">${msg('Confidence')}</div>
        <canvas class="plot" role="img" aria-label=${this.#plotWords()}></canvas>
        <div class="playhead"></div>
      </div>
      <ul class="legend" aria-label=${msg('Lines of the plot')}>
        ${this.plotted.map((label) => html`<li style=${styleProperties({ '--colour': this.#colours.of(label, isDark()) })}>${labelText(label)}</li>`)}
      </ul>
    `;
  }

  #tool(name: EditIconName, words: string, command: ZoomCommand): unknown {
    return html`<button class="icon" aria-label=${words} title=${words} @click=${() => this.zoom(command)}>${editIcon(name)}</button>`;
  }

  #span(span: HumanSpan, row: number): unknown {
    const { startUs, endUs, label, id } = span;
    const from = xOf(startUs, this.window, this.width);
    const width = Math.max(4, xOf(endUs, this.window, this.width) - from);
    const selected = id === this.selected;
    const style = { left: `${from}px`, width: `${width}px`, top: `calc(var(--row) * ${row} + 3px)`, '--colour': this.#colours.of(label, isDark()) };
    const words = msg(str`${labelText(label)}, ${preciseTime(startUs)} to ${preciseTime(endUs)}`);
    return html`<div class="span ${selected ? 'selected' : ''} ${width < 28 ? 'narrow' : ''}" style=${styleProperties(style)}>
      <button
        aria-pressed=${selected}
        aria-label=${words}
        title=${words}
        data-span=${id}
        @click=${() => this.dispatchEvent(new SpanEditEvent({ kind: 'select', id }))}
      >
        ${labelText(label)}
      </button>
      ${selected ? [this.#edge(span, 'start'), this.#edge(span, 'end')] : nothing}
    </div>`;
  }

  #edge(span: HumanSpan, edge: Edge): unknown {
    const timeUs = edge === 'start' ? span.startUs : span.endUs;
    return html`<div
      class="edge ${edge}"
      role="slider"
      tabindex="0"
      aria-label=${edge === 'start' ? msg(str`Start of ${labelText(span.label)}`) : msg(str`End of ${labelText(span.label)}`)}
      aria-valuemin="0"
      aria-valuemax=${Math.round(this.durationUs / 1000)}
      aria-valuenow=${Math.round(timeUs / 1000)}
      aria-valuetext=${preciseTime(timeUs)}
      @keydown=${(event: KeyboardEvent) => this.#onEdgeKey(event, span, edge)}
      @pointerdown=${(event: PointerEvent) => this.#onEdgeDown(event, span, edge)}
      @pointermove=${this.#onEdgeMove}
      @pointerup=${this.#onEdgeUp}
      @pointercancel=${() => (this.drawn = undefined)}
    ></div>`;
  }

  #onEdgeKey(event: KeyboardEvent, { id, startUs, endUs }: HumanSpan, edge: Edge): void {
    const direction = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (direction === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const timeUs = (edge === 'start' ? startUs : endUs) + direction * (event.shiftKey ? 1_000_000 : this.frameUs);
    this.dispatchEvent(new SpanEditEvent({ kind: 'move-edge', id, edge, timeUs }));
    this.dispatchEvent(new SeekEvent(Math.max(0, Math.min(this.durationUs, timeUs))));
  }

  #onEdgeDown(event: PointerEvent, { id, startUs, endUs }: HumanSpan, edge: Edge): void {
    if (event.button !== 0) return;
    event.stopPropagation();
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.drawn = { id, edge, timeUs: edge === 'start' ? startUs : endUs };
  }

  readonly #onEdgeMove = (event: PointerEvent): void => {
    const { drawn } = this;
    const span = this.index.spans.find(({ id }) => id === drawn?.id);
    if (!drawn || !span) return;
    event.stopPropagation();
    const wanted = this.#snapped(this.#timeAt(event.clientX - this.area.getBoundingClientRect().left), span.id);
    const timeUs = drawn.edge === 'start' ? Math.min(wanted, span.endUs - this.frameUs) : Math.max(wanted, span.startUs + this.frameUs);
    this.drawn = { ...drawn, timeUs };
    // The frame at the edge tells whether it is right.
    this.dispatchEvent(new SeekEvent(timeUs));
  };

  readonly #onEdgeUp = (event: PointerEvent): void => {
    const { drawn } = this;
    event.stopPropagation();
    this.drawn = undefined;
    if (drawn) this.dispatchEvent(new SpanEditEvent({ kind: 'move-edge', ...drawn }));
  };

  /** A time, or that of another edge or the network's change of mind beside it. */
  #snapped(timeUs: number, except: string): number {
    const near = SNAP * this.#usPerPixel;
    const [from, to] = runsWithin(this.runs, timeUs - near, timeUs + near);
    const edges = [...this.runs.slice(from, to).flatMap(({ startUs, endUs }) => [startUs, endUs]), ...this.#all.edgesNear(timeUs, near, except)];
    let best = Math.max(0, Math.min(this.durationUs, timeUs));
    let distance = near;
    for (const edge of edges) if (Math.abs(edge - timeUs) < distance) [best, distance] = [edge, Math.abs(edge - timeUs)];
    return best;
  }

  /** The span whose bar is at a place of the area, pixels. */
  #barAt(x: number, y: number): HumanSpan | undefined {
    const { offsetTop } = this.human;
    const row = Math.floor((y - offsetTop) / this.#rowHeight);
    return this.#inSight.bars.length > 0 && y >= offsetTop ? this.#shown.nearest(row, this.#timeAt(x), SNAP * this.#usPerPixel) : undefined;
  }

  /** Pixels. */
  get #rowHeight(): number {
    return this.human.clientHeight / Math.max(1, this.#shown.rows);
  }

  #zoomAtPlayhead(factor: number): void {
    const { startUs, endUs } = this.window;
    const about = this.#timeUs >= startUs && this.#timeUs <= endUs ? this.#timeUs : (startUs + endUs) / 2;
    this.window = zoomed(this.window, factor, about, this.durationUs);
  }

  get #usPerPixel(): number {
    return (this.window.endUs - this.window.startUs) / Math.max(1, this.width);
  }

  #timeAt(x: number): number {
    return Math.max(0, Math.min(this.durationUs, this.window.startUs + x * this.#usPerPixel));
  }

  #placePlayhead(): void {
    const x = xOf(this.#timeUs, this.window, this.width);
    this.playhead.style.translate = `${x}px`;
    this.playhead.hidden = x < 0 || x > this.width;
  }

  /** @param spansOnly whether nothing else is to be drawn anew */
  #draw(spansOnly: boolean): void {
    const drawn = (name: string, draw: (drawing: NonNullable<ReturnType<typeof drawingOf>>) => void): void => {
      const canvas = this.renderRoot.querySelector<HTMLCanvasElement>(`canvas.${name}`);
      const drawing = canvas && drawingOf(canvas, isDark());
      if (drawing) draw(drawing);
    };
    const { startUs, endUs } = this.window;
    if (this.#inSight.bars.length > 0) drawn('bars', (drawing) => drawBars(drawing, this.#inSight.bars, this.window, this.#colours, this.#rowHeight));
    if (spansOnly) return;
    drawn('ruler', (drawing) => {
      drawRuler(drawing, this.window);
      drawMarks(drawing, this.snapshots, this.window);
    });
    drawn('runs', (drawing) => drawRuns(drawing, this.runs, this.window, this.#colours, ({ label, unsure }) => (unsure ? msg('Not sure') : labelText(label))));
    drawn('plot', (drawing) => {
      const slices = Math.max(1, Math.floor(drawing.width / 2));
      drawConfidence(drawing, confidenceSeries(this.recognitions, this.plotted, startUs, endUs, slices), this.window, this.#colours);
    });
  }

  #plotWords(): string {
    const names = list(this.plotted.map(labelText));
    return names ? msg(str`Confidence over time of ${names}; the list of labels below has it in words`) : msg('Nothing was recognised');
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-label-timeline': LabelTimeline;
  }
}
