import { css } from 'lit';

export const liveViewStyles = css`
  :host {
    display: grid;
    grid-template-rows: minmax(min-content, 1fr) auto auto;
    min-height: 100%;
  }
  .centre {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 1rem;
    padding: 1rem;
    pointer-events: none;
    text-align: center;
  }
  .centre > * {
    pointer-events: auto;
  }
  sg-load-progress {
    padding: 1rem;
    border-radius: 1rem;
    background: var(--sg-surface);
  }
  .welcome {
    max-width: 26rem;
    color: #fff;
  }
  .welcome h2 {
    margin: 0 0 0.5rem;
    font-size: 1.6rem;
    line-height: 1.2;
    text-wrap: balance;
  }
  .welcome p {
    margin: 0;
    color: #d5dae3;
  }
  .over {
    display: flex;
    flex-direction: column;
    justify-content: space-between;
    gap: 0.75rem;
    padding: 0.75rem max(0.75rem, env(safe-area-inset-right)) 0.75rem max(0.75rem, env(safe-area-inset-left));
    pointer-events: none;
  }
  .top {
    display: flex;
    align-items: flex-start;
    justify-content: flex-end;
    gap: 0.5rem;
  }
  .top > * {
    pointer-events: auto;
  }
  sg-live-stats {
    margin-inline-end: auto;
  }
  @media (max-width: 47.99rem) {
    .top {
      flex-wrap: wrap;
    }
    sg-live-stats {
      order: 1;
      flex: 1 1 100%;
    }
  }
  .badge {
    display: flex;
    align-items: center;
    gap: 0.35em;
    min-height: 44px;
    padding: 0 0.9rem;
    border-radius: 999px;
    background: var(--sg-glass);
    color: #fff;
    font-size: 0.85rem;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .glass:not([aria-pressed='true']) {
    border-color: transparent;
    background: var(--sg-glass);
    color: #fff;
  }
  .foot {
    display: grid;
    margin-top: auto;
    grid-template-columns: minmax(0, 30rem);
    justify-content: center;
    gap: 0.75rem;
  }
  .foot > * {
    pointer-events: auto;
  }
  /* A phone on its side has no height for both: figures on one side, labels on the other. */
  @media (max-height: 30rem) and (min-width: 40rem) {
    .over {
      display: grid;
      grid-template: minmax(0, 1fr) / minmax(0, 1fr);
    }
    .top,
    .foot {
      grid-area: 1 / 1;
    }
    .foot {
      align-self: end;
      width: min(22rem, 46%);
      margin-inline-start: auto;
      grid-template-columns: minmax(0, 1fr);
    }
    sg-live-stats {
      font-size: 0.7rem;
    }
  }
  .missing {
    margin: 0;
    padding: 0.75rem 0.75rem 0;
    text-align: center;
  }
  sg-control-bar {
    grid-row: 3;
    position: sticky;
    bottom: 0;
    z-index: 1;
    background: var(--sg-background);
    padding: 0.75rem max(0.75rem, env(safe-area-inset-right)) max(0.75rem, env(safe-area-inset-bottom))
      max(0.75rem, env(safe-area-inset-left));
  }
`;
