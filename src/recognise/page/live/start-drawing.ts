import { css, LitElement, svg } from 'lit';
import { customElement } from 'lit/decorators.js';
import { corners, drawing, drawingStyles, label, mug } from '../../../base/page/elements/drawing';

/** Drawn before the camera is started: a phone whose square has a thing in it, and its label. Fetched beside what the start needs. */
@customElement('sg-start-drawing')
export class StartDrawing extends LitElement {
  static override styles = [
    drawingStyles,
    css`
      :host {
        display: block;
      }
    `,
  ];

  override render(): unknown {
    return drawing(72, 104, svg`<rect x="4" y="2" width="64" height="100" rx="10"/>${corners(16, 18, 40)}${mug(35, 38)}${label(18, 72, 36)}`);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-start-drawing': StartDrawing;
  }
}
