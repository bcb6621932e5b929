import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import type { Precision } from '../../../engine/index';
import type { Speed } from '../../shared/speed';
import { PrecisionChoiceEvent, SpeedMeasureEvent } from '../events';
import { groupStyles } from '../../../base/page/elements/form-styles';
import { sharedStyles } from '../../../base/page/elements/styles';

/**
 * Whether the quicker precision is taken by itself, and the way to time both again.
 *
 * @event sg-precision-choice - the precision is to be chosen automatically, or to stay as it is
 * @event sg-speed-measure - the precisions are to be timed
 */
@customElement('sg-precision-choice')
@localized()
export class PrecisionChoice extends LitElement {
  static override styles = [
    sharedStyles,
    groupStyles,
    css`
      fieldset {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.25rem 1rem;
        padding: 0.25rem 1rem 0.6rem;
      }
      label {
        display: inline-flex;
        align-items: center;
        gap: 0.6rem;
        min-height: 2.75rem;
      }
      input {
        flex: none;
        width: 1.5rem;
        height: 1.5rem;
        accent-color: var(--sg-accent);
      }
    `,
  ];

  /** What is chosen. */
  @property() precision: Precision | 'auto' = 'auto';
  /** What runs. */
  @property() running: Precision = 'fp32';
  @property({ attribute: false }) speeds: readonly Speed[] = [];
  @property({ type: Boolean }) measuring = false;
  /** Whether this device has room to time two networks side by side. */
  @property({ type: Boolean }) measurable = false;

  override render(): unknown {
    return html`<fieldset>
      <legend>${msg('Precision')}</legend>
      <label
        ><input type="checkbox" name="quicker" .checked=${this.precision === 'auto'} @change=${this.#onQuicker} />${msg(
          'Take the quicker one on this device',
        )}</label
      >
      ${this.measurable
        ? html`<button ?disabled=${this.measuring} @click=${() => this.dispatchEvent(new SpeedMeasureEvent())}>
            ${this.measuring ? msg('Measuring …') : this.speeds.length > 0 ? msg('Measure again') : msg('Measure')}
          </button>`
        : nothing}
    </fieldset>`;
  }

  #onQuicker(event: Event): void {
    const automatic = (event.target as HTMLInputElement).checked;
    this.dispatchEvent(new PrecisionChoiceEvent(automatic ? 'auto' : this.running));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-precision-choice': PrecisionChoice;
  }
}
