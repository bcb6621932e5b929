import { css, html, type LitElement, type ReactiveController, type TemplateResult } from 'lit';

/** A scene that changes all the time would flicker. */
const REST_MS = 700;

/** For the view whose stage has {@link labelTrace} over it. */
export const traceStyles = css`
  .trace {
    position: absolute;
    top: 0;
    left: 0;
    width: 0;
    height: 0;
    opacity: 0;
    border: 2px solid var(--sg-aim);
    border-radius: var(--sg-radius-m);
    pointer-events: none;
  }
`;

/** What runs from the square to the label. */
export function labelTrace(): TemplateResult {
  return html`<div class="trace"></div>`;
}

/**
 * Shows where a label comes from: each time that another thing is named, the square's outline runs into its row. Nothing moves where the system asks
 * for that.
 */
export class LabelTrace implements ReactiveController {
  #named: string | undefined;
  #at = -Infinity;

  /** @param named what is named first now; undefined for nothing */
  constructor(
    private readonly host: LitElement,
    private readonly named: () => string | undefined,
  ) {
    host.addController(this);
  }

  hostUpdated(): void {
    const named = this.named();
    if (named === this.#named) return;
    this.#named = named;
    const now = performance.now();
    if (named === undefined || now - this.#at < REST_MS || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    this.#at = now;
    // Nothing hangs on it: where its code cannot be fetched the label is simply there.
    void import('./draw-trace').then(({ drawTrace }) => drawTrace(this.host.renderRoot), () => undefined);
  }
}
