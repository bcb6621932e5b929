import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import type { LoadedModel, WorkerCapabilities } from '../../shared/recogniser';
import type { LiveStatistics } from './live-recognition';
import type { Pace } from '../../shared/duty-control';
import { list, milliseconds, percent, rate } from '../../../base/page/elements/format';
import { sharedStyles } from '../../../base/page/elements/styles';

/** How much of the time the network may run, and why it is not all. */
function paceWords({ duty, reason }: Pace): string {
  switch (reason) {
    case undefined:
      return msg('full');
    case 'latency':
    case 'slowed':
      return list([percent(duty), msg('to stay live')]);
    case 'pressure':
      return list([percent(duty), msg('device busy or hot')]);
    case 'battery':
      return list([percent(duty), msg('battery low')]);
  }
}

/**
 * The live figures: rates, times, skipped frames, threads, isolation.
 *
 * @csspart figures - the list
 */
@customElement('sg-live-stats')
@localized()
export class LiveStats extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        padding: 0.6rem 0.8rem;
        border-radius: var(--sg-radius-m);
        background: var(--sg-glass);
        color: #fff;
        backdrop-filter: blur(12px);
        font-size: var(--sg-size-xs);
        font-variant-numeric: tabular-nums;
      }
      dl {
        display: grid;
        gap: 0.1rem;
        margin: 0;
      }
      /* A value goes below its name where both have no room beside each other: large text on a narrow page. */
      .figure {
        display: flex;
        flex-wrap: wrap;
        column-gap: 0.9rem;
      }
      dd {
        margin: 0 0 0 auto;
        text-align: end;
        text-wrap: balance;
      }
    `,
  ];

  @property({ attribute: false }) statistics: LiveStatistics | undefined;
  @property({ attribute: false }) loaded: LoadedModel | undefined;
  @property({ attribute: false }) capabilities: WorkerCapabilities | undefined;

  override render(): unknown {
    const s = this.statistics;
    const isolated = this.capabilities?.crossOriginIsolated;
    const rows: [key: string, name: string, value: string][] = [
      ['display', msg('Display, frames a second'), rate(s?.displayRate)],
      ['recognitions', msg('Recognitions a second'), rate(s?.recognitionRate)],
      ['inference', msg('Inference'), milliseconds(s?.inferenceMs)],
      ['preprocess', msg('Preprocessing'), milliseconds(s?.preprocessMs)],
      ['latency', msg('Frame to label'), milliseconds(s?.latencyMs)],
      ['latency-p50', msg('… half of them within'), milliseconds(s?.latencyP50)],
      ['latency-p95', msg('… 95% within'), milliseconds(s?.latencyP95)],
      ['pace', msg('Work'), s ? paceWords(s.pace) : '–'],
      ['skipped', msg('Frames skipped'), s ? `${s.framesSkipped} / ${s.framesPresented}` : '–'],
      ['engine', msg('Engine'), this.loaded ? (this.loaded.engine === 'simd' ? msg('own SIMD') : 'onnxruntime') : '–'],
      ['threads', msg('Threads'), this.loaded ? String(this.loaded.threads) : '–'],
      ['isolated', msg('Cross-origin isolated'), isolated === undefined ? '–' : isolated ? msg('yes') : msg('no')],
    ];
    return html`<dl part="figures">
      ${rows.map(([key, name, value]) => html`<div class="figure"><dt>${name}</dt><dd data-key=${key}>${value}</dd></div>`)}
    </dl>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-live-stats': LiveStats;
  }
}
