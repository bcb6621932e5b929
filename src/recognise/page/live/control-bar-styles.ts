import { css } from 'lit';
import { ON_ITS_SIDE } from '../../../base/page/elements/styles';

/** A row with the shutter in its middle, within the thumb's reach; its columns do not move as controls come and go. */
export const controlBarStyles = css`
  :host {
    container-type: inline-size;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: 10px;
  }
  .row {
    display: grid;
    grid-template-columns: repeat(2, minmax(44px, 1fr)) auto repeat(2, minmax(44px, 1fr));
    align-items: start;
    justify-items: center;
    gap: 8px 4px;
    width: min(100%, 27rem);
  }
  .tool {
    position: relative;
    flex-direction: column;
    gap: 2px;
    width: 100%;
    min-width: 44px;
    min-height: 44px;
    padding: 0;
    border-color: transparent;
    border-radius: var(--sg-radius-l);
    background: none;
    font-size: min(var(--sg-size-xs), 3.6vw);
    line-height: 1.2;
    -webkit-touch-callout: none;
    user-select: none;
    -webkit-user-select: none;
  }
  .disc {
    display: grid;
    place-content: center;
    box-sizing: border-box;
    width: 44px;
    height: 44px;
    border: 1px solid var(--sg-line);
    border-radius: 50%;
    background: var(--sg-surface);
  }
  .tool[aria-pressed='true'] .disc,
  .tool[aria-checked='true'] .disc {
    border-color: transparent;
    background: var(--sg-text);
    color: var(--sg-background);
  }
  .tool[aria-pressed='true'] {
    background: none;
    color: inherit;
  }
  @media (hover: hover) {
    .tool:not([aria-disabled]):hover {
      background: var(--sg-surface-2);
    }
  }
  .shutter {
    grid-column: 3;
    width: 72px;
    margin-inline: min(12px, 2vw);
  }
  .shutter .disc {
    width: 60px;
    height: 60px;
    border: 3px solid var(--sg-text);
    background: none;
  }
  .shutter .disc::before {
    content: '';
    width: 46px;
    height: 46px;
    border-radius: 50%;
    background: var(--sg-text);
  }
  .shutter.film .disc::before {
    background: var(--sg-record);
  }
  .shutter.stop .disc::before {
    width: 24px;
    height: 24px;
    border-radius: 5px;
    background: var(--sg-record);
  }
  [data-time]::after {
    content: ' ' attr(data-time);
    font-variant-numeric: tabular-nums;
  }
  .start {
    position: relative;
    overflow: hidden;
    flex-wrap: wrap;
    padding: 0.4rem 1.25rem;
  }
  .start sg-load-progress {
    width: 100%;
  }
  /* Where there is no room for names, the focus or a long press shows one at a time. */
  @media ${ON_ITS_SIDE}, (max-height: 42rem), (max-width: 21.99rem) {
    .tool .name {
      position: absolute;
      z-index: 2;
      bottom: calc(100% + 4px);
      left: 50%;
      translate: -50%;
      padding: 0.35rem 0.7rem;
      border-radius: var(--sg-radius-m);
      background: var(--sg-text);
      color: var(--sg-background);
      font-size: var(--sg-size-s);
      white-space: nowrap;
      pointer-events: none;
      visibility: hidden;
    }
    .tool:focus-visible .name,
    .tool.held .name {
      visibility: visible;
    }
    .shutter .disc {
      width: 50px;
      height: 50px;
    }
    .shutter .disc::before {
      width: 36px;
      height: 36px;
    }
    .shutter {
      width: 54px;
    }
    .row {
      align-items: center;
    }
  }
  /* Beside the picture: the shutter above, the others two by two below it. */
  @container (max-width: 224px) {
    .row {
      grid-template-columns: 44px 44px;
      justify-content: center;
    }
    .shutter {
      grid-area: 1 / 1 / 2 / 3;
    }
    .tool .name {
      left: auto;
      right: 0;
      translate: none;
    }
  }
  @media (forced-colors: active) {
    .tool {
      border-color: ButtonBorder;
    }
    .tool[aria-checked='true'] .disc {
      forced-color-adjust: none;
      border-color: Highlight;
      background: Highlight;
      color: HighlightText;
    }
    .shutter .disc::before {
      forced-color-adjust: none;
      background: CanvasText;
    }
  }
`;
