import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import { VIEWS, type ViewId } from './views';
import { icon } from '../../base/page/elements/icons';
import { ON_ITS_SIDE, sharedStyles } from '../../base/page/elements/styles';

/**
 * Links to the app's views: a bar within the thumb's reach on phones, a row in the head on wide pages.
 *
 * @csspart link - one link
 */
@customElement('sg-view-navigation')
@localized()
export class ViewNavigation extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      nav {
        display: flex;
        justify-content: space-evenly;
        gap: 0.25rem;
      }
      a {
        flex: 1 1 0;
        min-width: 0;
        display: flex;
        flex-direction: column;
        align-items: center;
        justify-content: center;
        gap: 0.1rem;
        min-height: 48px;
        padding: 0.25rem min(0.5rem, 1vw);
        border-radius: var(--sg-radius-m);
        color: var(--sg-muted);
        /* Large text grows as far as four words have room beside each other. */
        font-size: min(var(--sg-size-xs), 5.2vw);
        text-decoration: none;
        white-space: nowrap;
      }
      a[aria-current] {
        color: var(--sg-text);
        background: var(--sg-surface-2);
        font-weight: 600;
      }
      @media (min-width: 48rem), ${ON_ITS_SIDE} {
        a {
          flex: none;
          flex-direction: row;
          gap: 0.5rem;
          min-height: 44px;
          padding: 0 0.9rem;
          border-radius: 999px;
          font-size: var(--sg-size-m);
        }
      }
      /* Room for the icons alone: the names are still read out. */
      @media ${ON_ITS_SIDE} {
        @container (max-width: 47.99rem) {
          a {
            padding: 0 12px;
          }
          span {
            position: absolute;
            width: 1px;
            overflow: hidden;
            clip-path: inset(50%);
          }
        }
      }
      /* Backgrounds are the system's there. */
      @media (forced-colors: active) {
        a {
          border: 2px solid Canvas;
        }
        a[aria-current] {
          border-color: Highlight;
        }
      }
    `,
  ];

  @property() current: ViewId = 'live';

  override render(): unknown {
    return html`<nav aria-label=${msg('Views')}>
      ${VIEWS.map(
        (view) => html`<a part="link" href="#${view.id}" aria-current=${view.id === this.current ? 'page' : nothing}>
          ${icon(view.icon)}<span>${view.name()}</span>
        </a>`,
      )}
    </nav>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-view-navigation': ViewNavigation;
  }
}
