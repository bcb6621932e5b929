import { css } from 'lit';
import { drawingStyles } from '../../base/page/elements/drawing';

const own = css`
  :host {
    display: flex;
    flex-direction: column;
    height: 100%;
    min-height: 0;
  }
  .scroll {
    flex: 1;
    min-height: 0;
    overflow-y: auto;
    padding: 0 max(0.75rem, env(safe-area-inset-right)) 1rem max(0.75rem, env(safe-area-inset-left));
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
    padding: 0.5rem max(0.75rem, env(safe-area-inset-right)) 0.5rem max(0.75rem, env(safe-area-inset-left));
  }
  .bar .wide {
    flex: 1;
  }
  /* The system's own camera: only phones and tablets have one to open. */
  @media not ((hover: none) and (pointer: coarse)) {
    .take {
      display: none;
    }
  }
  input[type='search'] {
    flex: 1;
    min-width: 9rem;
  }
  .progress {
    flex-basis: 100%;
    display: flex;
    align-items: center;
    gap: 0.75rem;
    font-variant-numeric: tabular-nums;
  }
  progress {
    flex: 1;
    height: 0.5rem;
    accent-color: var(--sg-accent);
  }
  .cards {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr));
    gap: 0.75rem;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .empty {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 1rem;
    min-height: 100%;
    padding: 1rem;
    text-align: center;
  }
  .empty h2 {
    margin: 0;
    font-size: var(--sg-size-xl);
    line-height: 1.2;
    text-wrap: balance;
  }
  .empty p {
    margin: 0;
    max-width: 28rem;
    color: var(--sg-muted);
  }
  .kept {
    margin: 0 0 0.5rem;
    color: var(--sg-muted);
    font-size: var(--sg-size-s);
  }
  .cards li {
    min-width: 0;
  }
  sg-undo-bar {
    flex: none;
    box-sizing: border-box;
    width: min(36rem, 100%);
    margin: 0 auto;
    padding: 0 max(0.75rem, env(safe-area-inset-right)) 0 max(0.75rem, env(safe-area-inset-left));
  }
  .lack {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
    margin: 0 0 0.75rem;
    padding: 0.5rem 0.5rem 0.5rem 1rem;
    border: 1px solid var(--sg-warning);
    border-radius: var(--sg-radius-l);
    background: var(--sg-surface);
  }
  .lack p {
    flex: 1 1 14rem;
    margin: 0;
  }
  .failed {
    margin: 0 0 0.75rem;
    padding: 0.75rem 1rem;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius-l);
    background: var(--sg-surface);
  }
  .failed summary {
    cursor: pointer;
    font-weight: 600;
  }
  .failed ul {
    margin: 0.5rem 0 0;
    padding: 0;
    list-style: none;
    max-height: 14rem;
    overflow-y: auto;
  }
  .more-failed {
    margin-top: 0.5rem;
  }
  .failed li {
    padding: 0.3rem 0;
    overflow-wrap: anywhere;
  }
  .failed span {
    color: var(--sg-muted);
  }
  .more {
    display: flex;
    justify-content: center;
    padding: 1rem;
  }
`;

export const picturesViewStyles = [drawingStyles, own];
