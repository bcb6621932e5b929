import { css, unsafeCSS } from 'lit';

/** Colours, sizes and the look of buttons that all elements share. Colours come from the page (index.html's tokens). */
export const sharedStyles = css`
  :host {
    box-sizing: border-box;
    color: var(--sg-text);
    font: 400 var(--sg-size-m)/1.4 var(--sg-font);
  }
  :host([hidden]) {
    display: none !important;
  }
  *,
  *::before,
  *::after {
    box-sizing: inherit;
  }
  button,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5rem;
    /* In pixels: larger text makes no larger fingers, and leaves less room. */
    min-height: 44px;
    padding: 0.2rem 1rem;
    border: 1px solid var(--sg-line);
    border-radius: 999px;
    background: var(--sg-surface);
    cursor: pointer;
  }
  /* Not for fingers: there it would stay on what was touched last. */
  @media (hover: hover) {
    button:hover {
      background: var(--sg-surface-2);
    }
  }
  button.primary {
    border-color: transparent;
    background: var(--sg-accent);
    color: var(--sg-on-accent);
    font-weight: 600;
  }
  @media (hover: hover) {
    button.primary:hover {
      filter: brightness(1.08);
    }
  }
  button.icon {
    flex: none;
    width: 44px;
    padding: 0;
  }
  button[aria-pressed='true'] {
    background: var(--sg-text);
    color: var(--sg-background);
  }
  button:disabled,
  button[aria-disabled='true'] {
    opacity: 0.45;
    cursor: default;
  }
  .field {
    min-width: 0;
    min-height: 44px;
    padding: 0.2rem 1rem;
    border: 1px solid var(--sg-line);
    border-radius: 999px;
    background: var(--sg-surface);
    color: inherit;
    font: inherit;
  }
  .field::placeholder {
    color: var(--sg-muted);
    opacity: 1;
  }
  /* Large enough for a finger. */
  summary {
    min-height: 44px;
    align-content: center;
    cursor: pointer;
  }
  :focus-visible {
    outline: 3px solid var(--sg-focus);
    outline-offset: 2px;
  }
  @media (forced-colors: active) {
    button.primary,
    button[aria-pressed='true'] {
      forced-color-adjust: none;
      border-color: Highlight;
      background: Highlight;
      color: HighlightText;
    }
    button:disabled,
    button[aria-disabled='true'] {
      border-color: GrayText;
      color: GrayText;
      opacity: 1;
    }
  }
  svg.icon {
    width: clamp(20px, 1.25rem, 26px);
    height: clamp(20px, 1.25rem, 26px);
    fill: none;
    stroke: currentColor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
    flex: none;
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

/** A phone on its side, however large its text: little height, and width for things beside each other. For `@media`. */
export const ON_ITS_SIDE = unsafeCSS('(max-height: 480px) and (min-width: 576px)');

/** An element that is a row of glassy buttons over an image, whatever the theme; what lies between them is the image's. */
export const barOverImage = css`
  :host {
    display: flex;
    align-items: flex-start;
    justify-content: flex-end;
    gap: 0.5rem;
    pointer-events: none;
  }
  :host > * {
    pointer-events: auto;
  }
  button {
    border-color: transparent;
    background: var(--sg-glass);
    color: #fff;
  }
  button[aria-pressed='true'] {
    background: #fff;
    color: #000;
  }
`;

/** What is shown over a view while files are dragged over it (class `drop`): where they may be let go, and what is taken. */
export const dropStyles = css`
  .drop {
    position: absolute;
    z-index: 7;
    inset: 0.75rem;
    display: grid;
    place-content: center;
    border: 3px dashed var(--sg-accent);
    border-radius: var(--sg-radius-l);
    background: color-mix(in srgb, var(--sg-background) 88%, transparent);
    font-size: var(--sg-size-l);
    text-align: center;
    pointer-events: none;
  }
`;
