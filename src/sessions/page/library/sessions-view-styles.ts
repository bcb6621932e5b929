import { css } from 'lit';
import { drawingStyles } from '../../../base/page/elements/drawing';
import { ON_ITS_SIDE } from '../../../base/page/elements/styles';

const own = css`
  :host {
    position: relative;
    display: block;
    height: 100%;
    min-height: 0;
  }
  .library {
    height: 100%;
    overflow: auto;
    overscroll-behavior: contain;
  }
  .page {
    max-width: 72rem;
    min-height: 100%;
    margin: 0 auto;
    padding: 0.25rem max(0.75rem, env(safe-area-inset-right)) 5rem max(0.75rem, env(safe-area-inset-left));
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.25rem 1rem;
    margin-bottom: 0.75rem;
  }
  .ways {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
  h2 {
    margin: 0;
    font-size: var(--sg-size-l);
  }
  .found {
    margin: 0;
    color: var(--sg-muted);
    font-size: var(--sg-size-s);
  }
  .found:not(:empty) {
    margin-bottom: 0.75rem;
  }
  .empty {
    display: grid;
    justify-items: center;
    gap: 1rem;
    padding: 12vh 1rem 1rem;
    text-align: center;
  }
  .empty h3 {
    margin: 0;
    font-size: var(--sg-size-l);
  }
  .empty p {
    max-width: 26rem;
    margin: 0;
    color: var(--sg-muted);
  }
  /* Little height: the way on stands above the home bar without scrolling. */
  @media ${ON_ITS_SIDE} {
    .empty {
      gap: 0.5rem;
      padding-top: 0;
    }
    .empty svg.drawing {
      display: none;
    }
    .empty p {
      max-width: 36rem;
    }
  }
  a.primary {
    display: inline-flex;
    align-items: center;
    gap: 0.5rem;
    min-height: 2.75rem;
    padding: 0 1.1rem;
    border-radius: 999px;
    background: var(--sg-accent);
    color: var(--sg-on-accent);
    font-weight: 600;
    text-decoration: none;
  }
  a.primary svg.icon {
    width: 1.25rem;
    height: 1.25rem;
  }
  .importing,
  .fault {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.75rem;
    margin: 0 0 0.75rem;
    padding: 0.75rem 1rem;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius-l);
    background: var(--sg-surface);
  }
  .importing label,
  .fault > div {
    flex: 1 1 14rem;
    overflow-wrap: anywhere;
  }
  .fault p {
    margin: 0;
  }
  .fault p + p {
    margin-top: 0.5rem;
  }
  .importing progress {
    flex: 1 1 10rem;
    height: 0.5rem;
    accent-color: var(--sg-accent);
  }
  .fault {
    border-color: var(--sg-warning);
  }
  .fault .detail {
    display: block;
    color: var(--sg-muted);
    font-size: var(--sg-size-s);
  }
  .toast {
    position: absolute;
    z-index: 6;
    inset: auto 0.75rem 0.75rem;
    display: flex;
    align-items: center;
    gap: 0.75rem;
    width: fit-content;
    box-sizing: border-box;
    max-width: min(32rem, 100% - 1.5rem);
    margin: 0 auto;
    padding: 0.4rem 0.4rem 0.4rem 1.1rem;
    border-radius: 999px;
    background: var(--sg-text);
    color: var(--sg-background);
    box-shadow: 0 4px 20px rgb(0 0 0 / 0.35);
  }
  .toast span {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .toast button {
    flex: none;
    border-color: transparent;
    background: none;
    color: inherit;
    font-weight: 600;
    text-decoration: underline;
  }
  @media (hover: hover) {
    .toast button:hover {
      background: color-mix(in srgb, var(--sg-background) 18%, transparent);
    }
  }
`;

export const sessionsViewStyles = [drawingStyles, own];
