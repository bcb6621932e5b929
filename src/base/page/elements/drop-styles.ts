import { css } from 'lit';

/** What is shown over a view while files are dragged over it (class `drop`): where they may be let go, and what is taken. */
export const dropStyles = css`
  .drop {
    position: absolute;
    z-index: 7;
    inset: 0.75rem;
    display: grid;
    place-content: center;
    border: 3px dashed var(--sg-accent);
    border-radius: 1.25rem;
    background: color-mix(in srgb, var(--sg-background) 88%, transparent);
    font-size: 1.25rem;
    text-align: center;
    pointer-events: none;
  }
`;
