import { css } from 'lit';
import { drawingStyles } from '../../base/page/elements/drawing';
import { traceStyles } from '../../recognise/page/index';
import { ON_ITS_SIDE } from '../../base/page/elements/styles';

const own = css`
  :host {
    display: grid;
    /* With large text it is the view that scrolls, not a slit of a panel. */
    grid-template: minmax(min(11rem, 40%), 40%) minmax(9rem, 1fr) auto / minmax(0, 1fr);
    grid-template-areas: 'stage' 'panel' 'act';
    height: 100%;
    min-height: 0;
    overflow: auto;
  }
  sg-camera-stage {
    grid-area: stage;
    min-height: 0;
  }
  .centre {
    position: absolute;
    inset: 0;
    display: grid;
    place-content: center;
    justify-items: center;
    padding: 1rem;
    text-align: center;
  }
  /* A tap is meant for the image under it. */
  .centre[hidden] {
    display: none;
  }
  .foot {
    position: absolute;
    bottom: 0.5rem;
    left: 50%;
    display: grid;
    gap: 0.35rem;
    width: min(26rem, calc(100% - 1rem));
    translate: -50% 0;
    pointer-events: none;
  }
  sg-camera-tools {
    justify-self: center;
    max-width: 100%;
    pointer-events: auto;
  }
  .off {
    display: grid;
    justify-items: center;
    gap: 0.5rem;
    margin: 0;
    color: #d5dae3;
  }
  @media (forced-colors: active) {
    .off {
      color: CanvasText;
    }
  }
  .off svg.icon {
    width: 2.25rem;
    height: 2.25rem;
    stroke-width: 1.5;
  }
  .panel {
    grid-area: panel;
    display: flex;
    flex-direction: column;
    gap: 0.75rem;
    min-height: 0;
    padding: 0.75rem max(0.75rem, env(safe-area-inset-right)) 0.75rem max(0.75rem, env(safe-area-inset-left));
    overflow: auto;
    overscroll-behavior: contain;
  }
  .panel > * {
    flex: none;
  }
  .act {
    grid-area: act;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.5rem;
    padding: 0.6rem max(0.75rem, env(safe-area-inset-right)) 0.6rem max(0.75rem, env(safe-area-inset-left));
  }
  .act > button {
    width: 100%;
    min-height: 3.5rem;
  }
  .intro h2 {
    margin: 0 0 0.4rem;
    font-size: var(--sg-size-l);
    line-height: 1.25;
    text-wrap: balance;
  }
  .intro svg.drawing {
    display: block;
    margin: 0 auto 0.5rem;
  }
  .intro ol {
    display: grid;
    /* What is done is cut to one line, which must not widen the list. */
    grid-template-columns: minmax(0, 1fr);
    gap: 0.4rem;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .intro li {
    display: flex;
    gap: 0.6rem;
  }
  .intro .number {
    display: grid;
    flex: none;
    place-content: center;
    width: 1.5rem;
    height: 1.5rem;
    border: 2px solid var(--sg-line);
    border-radius: 50%;
    font-size: var(--sg-size-s);
    font-weight: 600;
  }
  .intro .number svg.icon {
    width: 1rem;
    height: 1rem;
    stroke-width: 3;
  }
  .intro [aria-current] .number {
    border-color: var(--sg-accent);
  }
  .intro .done {
    color: var(--sg-muted);
  }
  /* It has been read. */
  .intro .done > :last-child {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .none-of-them {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.75rem 1rem;
  }
  .none-of-them div {
    flex: 1 1 12rem;
  }
  .none-of-them p {
    margin: 0;
    color: var(--sg-muted);
    font-size: var(--sg-size-s);
  }
  .none-of-them button {
    margin-top: 0.5rem;
  }
  .intro p,
  .notice p {
    margin: 0.4rem 0 0;
    color: var(--sg-muted);
  }
  form {
    display: flex;
    gap: 0.5rem;
  }
  form input {
    flex: 1;
  }
  .notice {
    padding: 0.75rem 1rem;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius-l);
    background: var(--sg-surface);
  }
  .notice strong {
    display: block;
  }
  .notice button {
    margin-top: 0.6rem;
  }
  .learning {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    min-height: 2.75rem;
  }
  .learning progress {
    flex: 1;
    min-width: 0;
    height: 0.5rem;
    accent-color: var(--sg-accent);
  }
  .all {
    padding-top: 0.75rem;
    border-top: 1px solid var(--sg-line);
  }
  @media (max-width: 47.99rem) and (min-height: 480.01px) {
    /* Nothing to look at yet: the words have the room. */
    :host([empty]) {
      grid-template-rows: 0 minmax(9rem, 1fr) auto;
    }
    :host([empty]) .off {
      display: none;
    }
  }
  @media (min-width: 48rem) {
    :host {
      grid-template: minmax(0, 1fr) auto / minmax(0, 1fr) minmax(22rem, 30rem);
      grid-template-areas: 'stage panel' 'act panel';
    }
    .act {
      justify-self: center;
      width: min(26rem, 100%);
    }
  }
  @media ${ON_ITS_SIDE} {
    :host {
      grid-template: minmax(0, 1fr) auto / minmax(0, 1fr) minmax(17rem, 46%);
      grid-template-areas: 'stage panel' 'act panel';
    }
    /* The stage is low: the picture before the second guess, and its words in a line. */
    sg-camera-stage {
      --sg-further-labels: none;
      --sg-sureness: inline;
    }
    .act > button {
      min-height: 2.75rem;
    }
    .act,
    .panel {
      padding-bottom: max(0.6rem, env(safe-area-inset-bottom));
    }
  }
`;

export const teachViewStyles = [drawingStyles, traceStyles, own];
