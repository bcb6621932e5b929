import { css } from 'lit';
import { ON_ITS_SIDE } from '../../../base/page/elements/styles';

export const sessionDetailStyles = css`
  :host {
    display: block;
    height: 100%;
    overflow: auto;
    overscroll-behavior: contain;
  }
  .page {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
    max-width: 72rem;
    margin: 0 auto;
    padding: 0.25rem max(0.75rem, env(safe-area-inset-right)) 1.5rem max(0.75rem, env(safe-area-inset-left));
  }
  .head {
    position: sticky;
    top: 0;
    z-index: 5;
    display: flex;
    align-items: center;
    gap: 0.4rem;
    padding: 0.25rem 0;
    background: var(--sg-background);
  }
  .head h2 {
    flex: 1;
    min-width: 0;
    margin: 0;
    overflow: hidden;
    font-size: var(--sg-size-l);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  a.back {
    display: inline-grid;
    place-content: center;
    flex: none;
    width: 2.75rem;
    height: 2.75rem;
    border-radius: 999px;
    color: inherit;
  }
  @media (hover: hover) {
    a.back:hover {
      background: var(--sg-surface-2);
    }
  }
  .unreadable {
    margin: 0;
    color: var(--sg-warning);
  }
  .film {
    position: relative;
    display: grid;
    place-content: center;
    overflow: hidden;
    border-radius: var(--sg-radius-l);
    background: var(--sg-stage);
  }
  video {
    display: block;
    max-width: 100%;
    max-height: min(30dvh, 36rem);
    width: auto;
    height: auto;
  }
  .said {
    position: absolute;
    inset: auto 0.5rem 0.5rem;
    display: flex;
    flex-wrap: wrap;
    gap: 0.35rem;
    pointer-events: none;
  }
  .said span {
    max-width: 100%;
    padding: 0.2rem 0.6rem;
    overflow: hidden;
    border: 1px solid transparent;
    border-radius: var(--sg-radius-m);
    background: var(--sg-glass);
    color: #fff;
    font-size: var(--sg-size-s);
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .said .human {
    border-color: #fff;
    font-weight: 600;
  }
  .said .predicted {
    border: 1px dashed rgb(255 255 255 / 0.6);
  }
  .transport {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: 0.2rem;
  }
  .clock {
    min-width: 7.5rem;
    font-size: var(--sg-size-s);
    font-variant-numeric: tabular-nums;
    text-align: center;
  }
  .keys {
    color: var(--sg-muted);
    font-size: var(--sg-size-s);
  }
  .keys dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.25rem 1rem;
    margin: 0.5rem 0 0;
  }
  .keys dd {
    margin: 0;
  }
  kbd {
    padding: 0.1rem 0.4rem;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius-s);
    background: var(--sg-surface);
    font: inherit;
  }
  .notice {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 1rem;
    min-height: 60%;
    padding: 1rem;
    text-align: center;
  }
  .saved {
    color: var(--sg-warning);
    font-size: var(--sg-size-s);
  }
  @media (min-width: 60rem) {
    .page {
      grid-template-columns: minmax(0, 3fr) minmax(18rem, 2fr);
      align-items: start;
    }
    .head,
    .wide {
      grid-column: 1 / -1;
    }
    video {
      max-height: min(42dvh, 36rem);
    }
    .clock {
      min-width: 10rem;
      font-size: var(--sg-size-m);
    }
    .side {
      display: grid;
      gap: 0.75rem;
    }
  }
  /* The film beside its buttons. */
  @media ${ON_ITS_SIDE} {
    .page {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      align-items: start;
    }
    .head,
    .wide {
      grid-column: 1 / -1;
    }
    .side {
      display: grid;
      gap: 0.75rem;
    }
    video {
      max-height: 50dvh;
    }
  }
  @media (max-width: 59.99rem) and (min-height: 480.01px) {
    .side {
      display: contents;
    }
    sg-snapshot-strip {
      order: 1;
    }
    sg-label-lists {
      order: 2;
    }
    .keys {
      order: 3;
    }
  }
`;
