import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import type { View } from './views';
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
  @state() private state: 'waiting' | 'loading' | 'ready' | 'failed' = 'waiting';

  override willUpdate(): void {
    if (this.active && this.state === 'waiting') void this.#load();
  }

  override render(): unknown {
    if (this.state === 'ready') return this.view.render(this.active);
    if (!this.active) return nothing;
    if (this.state === 'failed') {
      return html`<div class="notice" role="alert">
        <p>${msg('This part of the app could not be fetched. Check the network; if a new version was published, reload the page.')}</p>
        <button class="primary" @click=${() => void this.#load()}>${msg('Try again')}</button>
      </div>`;
    }
    return html`<div class="notice" role="status">${msg('One moment')}</div>`;
  }

  async #load(): Promise<void> {
    this.state = 'loading';
    try {
      await this.view.load?.();
      this.state = 'ready';
    } catch {
      this.state = 'failed';
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-lazy-view': LazyView;
  }
}
