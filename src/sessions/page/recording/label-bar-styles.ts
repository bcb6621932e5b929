import { css } from 'lit';

export const labelBarStyles = css`
  :host {
    display: grid;
    gap: 0.5rem;
    min-width: 0;
  }
  .slots {
    display: flex;
    gap: 0.5rem;
    padding: 3px;
    margin: -3px;
    overflow-x: auto;
    scrollbar-width: none;
    touch-action: pan-x;
    user-select: none;
    -webkit-user-select: none;
    -webkit-touch-callout: none;
  }
  .row {
    display: flex;
    gap: 0.5rem;
    min-width: 0;
  }
  .row .slots {
    flex: 1;
    min-width: 0;
  }
  /* What is found has the whole row. */
  .find {
    position: relative;
  }
  .find sg-label-search {
    position: static;
    flex: 1;
    min-width: 0;
  }
  .guess {
    flex: none;
    max-width: min(13rem, 60%);
    min-height: 48px;
    padding: 0 0.9rem 0 0.6rem;
  }
  .guess,
  .slots button.guessed {
    border: 1px dashed currentcolor;
  }
  .slots button {
    flex: none;
    min-height: 48px;
    max-width: 13rem;
    padding: 0 0.9rem 0 0.6rem;
    touch-action: pan-x;
  }
  .prepare {
    flex: none;
    min-width: 44px;
    padding: 0;
    justify-content: center;
  }
  .guess span,
  .slots button span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  /* They keep the focus, and the row can be scrolled with keys. */
  .slots button[aria-disabled='true'] {
    opacity: 0.55;
  }
  .slots small {
    display: block;
    overflow: hidden;
    color: var(--sg-muted);
    font-size: var(--sg-size-xs);
    font-variant-numeric: tabular-nums;
    text-align: start;
    text-overflow: ellipsis;
  }
  .slots button[aria-pressed='true'] small {
    color: inherit;
  }
  .advice[data-kind='dark'],
  .advice[data-kind='blurred'],
  .advice[data-kind='alike'] {
    color: var(--sg-warning);
  }
  .slots button[aria-pressed='true'] {
    border-color: transparent;
    background: var(--sg-accent);
    color: var(--sg-on-accent);
  }
  kbd {
    flex: none;
    min-width: 1.5rem;
    border-radius: var(--sg-radius-s);
    background: var(--sg-surface-2);
    color: var(--sg-text);
    font: 600 var(--sg-size-xs)/1.5rem var(--sg-font);
    text-align: center;
  }
  /* A finger has no number keys. */
  @media (hover: none) and (pointer: coarse) {
    kbd {
      display: none;
    }
    .slots button {
      padding-left: 0.9rem;
    }
  }
  p {
    margin: 0;
    color: var(--sg-muted);
    font-size: var(--sg-size-s);
  }
  @media (min-width: 48rem) and (min-height: 480.01px) {
    :host {
      grid-template-columns: minmax(0, 1fr) minmax(14rem, 20rem);
      align-items: center;
    }
    p {
      grid-column: 1 / -1;
    }
  }
  @container (max-height: 24rem) {
    .row ~ p {
      display: none;
    }
  }
  /* The picture is worth more there. */
  @media (max-height: 42rem) {
    .row ~ p:not(.advice) {
      display: none;
    }
  }
`;
