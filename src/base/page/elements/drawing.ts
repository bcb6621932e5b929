import { css, html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';

/*
 * Small drawings of what to do, in the hand of the icons: lines 2 wide with round ends on a grid of 4. One motif runs through all of them: a thing in the
 * corners of the square that the network looks at, and the label that hangs from it.
 */

/** For elements that show a {@link drawing}; over an image the surroundings set the colours. */
export const drawingStyles = css`
  svg.drawing {
    flex: none;
    height: auto;
    color: var(--sg-muted);
    fill: none;
    stroke: currentColor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .drawing .square {
    stroke: var(--sg-accent);
    stroke-width: 3;
  }
  .drawing .label {
    fill: var(--sg-accent);
    stroke: none;
  }
  .drawing .word {
    stroke: var(--sg-on-accent);
  }
  .drawing .none {
    stroke-dasharray: 2 5;
  }
  @media (forced-colors: active) {
    .drawing .square {
      stroke: Highlight;
    }
    .drawing .label {
      fill: Highlight;
    }
    .drawing .word {
      stroke: HighlightText;
    }
  }
`;

/** A drawing that says nothing to a screen reader: the words beside it do. */
export function drawing(width: number, height: number, content: unknown): TemplateResult {
  return html`<svg class="drawing" viewBox="0 0 ${width} ${height}" width=${width} aria-hidden="true">${content}</svg>`;
}

/** The corners of the square that the network looks at. */
export function corners(x: number, y: number, side: number): SVGTemplateResult {
  const [l, r] = [8, side - 16];
  return svg`<path class="square" d="M${x} ${y + 12}v-${l}a4 4 0 0 1 4-4h${l}m${r - 8} 0h${l}a4 4 0 0 1 4 4v${l}m0 ${r - 8}v${l}a4 4 0 0 1-4 4h-${l}m-${r - 8} 0h-${l}a4 4 0 0 1-4-4v-${l}"/>`;
}

/** A label, its word a stroke. */
export function label(x: number, y: number, width: number): SVGTemplateResult {
  return svg`<rect class="label" x=${x} y=${y} width=${width} height="16" rx="8"/><path class="word" d="M${x + 8} ${y + 8}h${width - 16}"/>`;
}

/** A mug, its middle at a place. */
export function mug(x: number, y: number): SVGTemplateResult {
  return svg`<path d="M${x - 12} ${y - 8}h20v14a6 6 0 0 1-6 6h-8a6 6 0 0 1-6-6zm20 4h4a4 4 0 0 1 0 10h-4"/>`;
}
