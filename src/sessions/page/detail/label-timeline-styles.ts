import { css } from 'lit';

export const labelTimelineStyles = css`
  :host {
    display: block;
    --row: 2.5rem;
  }
  /* A finger's 44 px, and what is between two rows. */
  @media (pointer: coarse) {
    :host {
      --row: max(3rem, 48px);
    }
  }
  .tools {
    display: flex;
    align-items: center;
    justify-content: flex-end;
    gap: 0.4rem;
    margin-bottom: 0.25rem;
  }
  .area {
    position: relative;
    overflow: hidden;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius-m);
    background: var(--sg-surface);
    touch-action: pan-y;
    user-select: none;
    -webkit-user-select: none;
    cursor: grab;
  }
  canvas {
    display: block;
    width: 100%;
  }
  .ruler {
    height: 2rem;
    cursor: ew-resize;
    touch-action: none;
    border-bottom: 1px solid var(--sg-line);
  }
  .runs {
    height: 2rem;
  }
  .plot {
    height: 6rem;
  }
  .caption {
    padding: 0.15rem 0.4rem 0;
    color: var(--sg-muted);
    font-size: var(--sg-size-xs);
    line-height: 1.3;
    pointer-events: none;
  }
  .human {
    position: relative;
    min-height: var(--row);
  }
  .bars {
    position: absolute;
    inset: 0;
    height: 100%;
  }
  .bars[hidden] {
    display: none;
  }
  .span {
    position: absolute;
    height: calc(var(--row) - 4px);
  }
  .span button,
  .span button[aria-pressed='true'] {
    display: block;
    width: 100%;
    height: 100%;
    min-height: 0;
    padding: 0 0.4rem;
    overflow: hidden;
    border: 2px solid var(--colour);
    border-radius: var(--sg-radius-s);
    background: color-mix(in srgb, var(--colour) 28%, var(--sg-surface));
    color: var(--sg-text);
    font-size: var(--sg-size-s);
    text-align: start;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .span.narrow button {
    padding: 0;
    text-indent: 100vw;
  }
  .span button:focus-visible {
    outline-offset: -2px;
  }
  .span.selected {
    z-index: 2;
  }
  .span.selected button {
    border-color: var(--sg-text);
    box-shadow: 0 0 0 1px var(--sg-text);
  }
  .edge {
    position: absolute;
    z-index: 3;
    top: -2px;
    bottom: -2px;
    width: 1.75rem;
    cursor: col-resize;
    touch-action: none;
  }
  .edge.start {
    left: -1.25rem;
  }
  .edge.end {
    right: -1.25rem;
  }
  .edge::after {
    content: '';
    position: absolute;
    top: 15%;
    bottom: 15%;
    width: 6px;
    border: 1px solid var(--sg-background);
    border-radius: 4px;
    background: var(--sg-text);
  }
  .edge.start::after {
    right: 0.35rem;
  }
  .edge.end::after {
    left: 0.35rem;
  }
  .playhead {
    position: absolute;
    z-index: 1;
    top: 0;
    bottom: 0;
    left: 0;
    width: 2px;
    margin-left: -1px;
    background: var(--sg-focus);
    pointer-events: none;
  }
  .playhead::before {
    content: '';
    position: absolute;
    top: 0;
    left: -5px;
    border: 6px solid transparent;
    border-top-color: var(--sg-focus);
    forced-color-adjust: none;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 0.2rem 1rem;
    margin: 0.4rem 0 0;
    padding: 0;
    list-style: none;
    font-size: var(--sg-size-s);
  }
  .legend li::before {
    content: '';
    display: inline-block;
    width: 1.1rem;
    height: 3px;
    margin-inline-end: 0.4rem;
    border-radius: 2px;
    background: var(--colour);
    forced-color-adjust: none;
    vertical-align: middle;
  }
  .empty {
    position: absolute;
    inset: 0;
    display: grid;
    align-items: center;
    padding: 0 0.6rem;
    color: var(--sg-muted);
    font-size: var(--sg-size-s);
    pointer-events: none;
  }
`;
