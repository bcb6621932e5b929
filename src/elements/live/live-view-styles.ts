import { css } from 'lit';

export const liveViewStyles = css`
  :host {
    display: grid;
    grid-template-rows: 1fr auto;
    min-height: 0;
    height: 100%;
  }
  sg-camera-stage {
    min-height: 0;
  }
  .centre {
    position: absolute;
    inset: 0;
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
  sg-live-stats {
    position: absolute;
    top: 0.75rem;
    left: 0.75rem;
  }
  .badge {
    position: absolute;
    top: 0.75rem;
    right: 0.75rem;
    padding: 0.3rem 0.7rem;
    border-radius: 999px;
    background: var(--sg-glass);
    color: #fff;
    font-size: 0.85rem;
    font-variant-numeric: tabular-nums;
  }
  sg-label-list {
    position: absolute;
    bottom: 0.75rem;
    left: 50%;
    width: min(30rem, calc(100% - 1.5rem));
    translate: -50% 0;
  }
  sg-control-bar {
    padding: 0.75rem max(0.75rem, env(safe-area-inset-right)) max(0.75rem, env(safe-area-inset-bottom))
      max(0.75rem, env(safe-area-inset-left));
  }
`;
