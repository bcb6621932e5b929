import { css, html } from 'lit';
import type { Region } from '../../../engine/index';
import { styleProperties } from '../../../base/page/elements/style-properties';
import type { Size } from '../../shared/squares';

/** Lays the square over the video: both are in one cell of a grid, so that its box is the picture's. */
export const lookedSquareStyles = css`
  .film > video,
  .looked {
    grid-area: 1 / 1;
  }
  .looked {
    position: relative;
    pointer-events: none;
  }
  .looked div {
    position: absolute;
    box-sizing: border-box;
    border: 2px solid #fff;
    border-radius: 0.4rem;
    box-shadow: 0 0 0 1px rgb(0 0 0 / 0.6), inset 0 0 0 1px rgb(0 0 0 / 0.6);
    forced-color-adjust: none;
  }
`;

/** The square that the network looked at. @param square pixels of a picture of the size `picture` */
export function lookedSquare({ x, y, width, height }: Region, picture: Size): unknown {
  const percent = (part: number, whole: number): string => `${(100 * part) / whole}%`;
  const style = styleProperties({
    left: percent(x, picture.width), top: percent(y, picture.height), width: percent(width, picture.width), height: percent(height, picture.height),
  });
  return html`<div class="looked" aria-hidden="true"><div data-key="square" style=${style}></div></div>`;
}
