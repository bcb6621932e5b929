import { css, html, LitElement, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { create } from 'qrcode';

/** Light modules around the code, which readers need (ISO/IEC 18004: four). */
const QUIET = 4;

/** Outline of all dark modules, a run of a row at a time, on a grid of one unit a module. */
function darkPath(size: number, dark: ArrayLike<number>): string {
  let path = '';
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let length = 0;
      while (x + length < size && dark[y * size + x + length]) length++;
      if (length > 0) path += `M${x + QUIET} ${y + QUIET}h${length}v1h-${length}z`;
      x += length;
    }
  }
  return path;
}

/**
 * A text as a QR code, dark on white whatever the page's colours are: readers want that.
 *
 * @csspart code - the image
 */
@customElement('sg-qr-code')
export class QrCode extends LitElement {
  static override styles = css`
    :host {
      display: block;
    }
    svg {
      display: block;
      width: 100%;
      border-radius: var(--sg-radius-m);
      background: #fff;
      forced-color-adjust: none;
    }
    path {
      fill: #000;
    }
  `;

  /** What the code says; not '' . */
  @property() text = '';
  /** What it is, for who does not see it. */
  @property() label = '';

  override render(): unknown {
    const { size, data } = create(this.text, { errorCorrectionLevel: 'M' }).modules;
    const side = size + 2 * QUIET;
    return html`<svg part="code" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges" role="img" aria-label=${this.label}>
      ${svg`<path d=${darkPath(size, data)} />`}
    </svg>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-qr-code': QrCode;
  }
}
