import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import type { View } from './views';
import { LazyCode, missingCodeText } from '../../base/page/lazy-code';
import { sharedStyles } from '../../base/page/elements/styles';

/** Shows a view, fetching its code first; where that fails (no network, a new version on the server) says so and tries again. */
@customElement('sg-lazy-view')
@localized()
export class LazyView extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        min-height: 0;
        height: 100%;
      }
      .notice {
        display: grid;
        place-content: center;
        justify-items: center;
        gap: 1rem;
        height: 100%;
        padding: 1rem;
        text-align: center;
      }
      p {
        margin: 0;
        max-width: 26rem;
      }
    `,
  ];

  @property({ attribute: false }) view!: View;
  @property({ type: Boolean }) active = false;
  private readonly code = new LazyCode(this, () => this.view.load?.() ?? Promise.resolve());

  override willUpdate(): void {
    if (this.active && this.code.state === 'waiting') void this.code.load();
  }

  override render(): unknown {
    if (this.code.state === 'ready') return this.view.render(this.active);
    if (!this.active) return nothing;
    if (this.code.state === 'missing') {
      return html`<div class="notice" role="alert">
        <p>${missingCodeText()}</p>
        <button class="primary" @click=${() => void this.code.load()}>${msg('Try again')}</button>
      </div>`;
    }
    return html`<div class="notice" role="status">${msg('One moment')}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-lazy-view': LazyView;
  }
}
