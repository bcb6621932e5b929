import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { consume } from '@lit/context';
import { localized, msg } from '@lit/localize';
import {
  deviceCapabilities, deviceReport, recogniserContext, type LiveStatistics, type RecogniserController,
} from '../../../recognise/page/index';
import { Follower } from '../../../base/page/shared-controller';
import { faultText, sentence } from '../../../base/page/elements/fault-text';
import { icon } from '../../../base/page/elements/icons';
import type { Sheet } from '../../../base/page/elements/sheet';
import { sharedStyles } from '../../../base/page/elements/styles';
import '../../../base/page/elements/sheet';
import { capabilityText, threadsText } from './capability-text';

/** Set by the build (vite.config.ts). */
declare const __SIGHTGLASS_VERSION__: string;

/** A sheet with all that the app makes use of: whether this device has it, and what that means; and a report to copy. */
@customElement('sg-status-sheet')
@localized()
export class StatusSheet extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      ul {
        margin: 0 0 1rem;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0 0.75rem;
        padding: 0.5rem 0;
        border-top: 1px solid var(--sg-surface-2);
      }
      li svg.icon {
        margin-top: 0.1rem;
        color: var(--sg-accent);
      }
      li[data-found='no'] svg.icon {
        color: var(--sg-warning);
      }
      strong {
        font-weight: 600;
      }
      p {
        margin: 0;
      }
      li p,
      .hint {
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
      }
      .fault {
        margin-bottom: 0.75rem;
      }
      textarea {
        display: block;
        width: 100%;
        height: 12rem;
        margin-top: 0.75rem;
        padding: 0.75rem;
        border: 1px solid var(--sg-line);
        border-radius: var(--sg-radius-m);
        background: var(--sg-surface);
        color: inherit;
        font:
          0.8rem/1.4 ui-monospace,
          monospace;
      }
    `,
  ];

  @consume({ context: recogniserContext }) readonly recogniser!: RecogniserController;
  @property({ attribute: false }) statistics: () => LiveStatistics | undefined = () => undefined;
  @state() private copied: 'no' | 'yes' | 'refused' = 'no';
  @query('sg-sheet') private readonly sheet!: Sheet;
  @query('textarea') private readonly area!: HTMLTextAreaElement | null;

  constructor() {
    super();
    new Follower(this, () => [this.recogniser]);
  }

  async show(): Promise<void> {
    this.copied = 'no';
    void this.recogniser.askQuickInt8();
    await this.updateComplete;
    await this.sheet.show();
  }

  override render(): unknown {
    const { fallbackReason, capabilities, trials, threadTrials } = this.recogniser;
    return html`<sg-sheet .heading=${msg('What this device can do')}>
      ${fallbackReason
        ? html`<p class="fault"><strong>${sentence(faultText(fallbackReason.code).title)}</strong> ${msg('A slower way was taken.')}</p>`
        : nothing}
      <ul>
        ${deviceCapabilities(capabilities, trials.quickInt8).map((capability) => {
          const { name, meaning } = capabilityText(capability);
          const found = capability.found ?? true;
          return html`<li data-capability=${capability.id} data-found=${capability.found === undefined ? 'unknown' : found ? 'yes' : 'no'}>
            ${icon(capability.found === undefined ? 'unknown' : found ? 'check' : 'warning')}
            <div>
              <strong>${name}</strong><span class="visually-hidden">${msg(': ')}${this.#foundWords(capability.found)}</span>
              <p>${meaning}</p>
              ${capability.id === 'threads' && threadTrials.record ? html`<p class="measured">${threadsText(threadTrials.record)}</p>` : nothing}
            </div>
          </li>`;
        })}
      </ul>
      <button @click=${() => void this.#copy()}>${icon('copy')}${msg('Copy a report for a bug')}</button>
      <p class="hint" role="status">${this.copied === 'yes' ? msg('Copied. It tells of the browser and the device, and nothing of you.') : nothing}</p>
      ${this.copied === 'refused'
        ? html`<p class="hint">${msg('The browser copies nothing by itself. The report is selected below: copy it.')}</p>
            <textarea readonly aria-label=${msg('Report')} .value=${this.#report()}></textarea>`
        : nothing}
    </sg-sheet>`;
  }

  #foundWords(found: boolean | undefined): string {
    return found === undefined ? msg('not known') : found ? msg('found') : msg('not found');
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#report());
      this.copied = 'yes';
    } catch {
      // No clipboard (insecure address, old browser), or refused.
      this.copied = 'refused';
      await this.updateComplete;
      this.area?.focus();
      this.area?.select();
    }
  }

  #report(): string {
    const { loaded, fallbackReason, fault, capabilities, trials, threadTrials } = this.recogniser;
    const s = this.statistics();
    const ms = (value: number | undefined): string | undefined => value?.toFixed(1);
    return deviceReport(deviceCapabilities(capabilities, trials.quickInt8), {
      version: __SIGHTGLASS_VERSION__,
      loaded,
      fallbackReason,
      fault,
      figures: {
        transport: s?.transport,
        'ms by threads': threadTrials.record?.times.map(({ threads, ms }) => `${threads}: ${ms.toFixed(1)}`).join(', '),
        'display rate': ms(s?.displayRate),
        'recognition rate': ms(s?.recognitionRate),
        'inference ms': ms(s?.inferenceMs),
        'preprocessing ms': ms(s?.preprocessMs),
        'latency p50 ms': ms(s?.latencyP50),
        'latency p95 ms': ms(s?.latencyP95),
        skipped: s && `${s.framesSkipped} / ${s.framesPresented}`,
        pace: s && `${s.pace.duty.toFixed(2)} ${s.pace.reason ?? ''}`,
      },
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-status-sheet': StatusSheet;
  }
}
