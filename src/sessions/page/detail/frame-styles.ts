import { css } from 'lit';

/** An element that shows an image, and its sign in the middle until there is one. */
export const frameStyles = css`
  :host {
    display: grid;
    place-items: center;
    overflow: hidden;
    background: var(--sg-stage);
    color: #aab2c2;
  }
`;
