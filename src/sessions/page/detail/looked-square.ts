import { css, html } from 'lit';
import type { Region } from '../../../engine/index';
import { styleProperties } from '../../../base/page/elements/style-properties';
import type { Recognition } from '../../../recognise/shared/index';
import type { Size } from '../../shared/squares';
import '../../../recognise/page/look/map-overlay';

/** Lays the square, and the map, over the video: both are in one cell of a grid, so that its box is the picture's. */
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
    border-radius: var(--sg-radius-s);
    box-shadow: 0 0 0 1px rgb(0 0 0 / 0.6), inset 0 0 0 1px rgb(0 0 0 / 0.6);
    forced-color-adjust: none;
  }
  sg-map-bar {
    position: absolute;
    inset: 0.5rem 0.5rem auto;
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

/** The map of an answer for the frame that stands; nothing until there is one. */
export function lookedMap(answer: Pick<Recognition, 'look' | 'frame'> | undefined): unknown {
  return html`<span class="looked"><sg-map-overlay still .look=${answer?.look} .frame=${answer?.frame}></sg-map-overlay></span>`;
}
