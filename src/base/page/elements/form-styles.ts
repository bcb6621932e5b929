import { css } from 'lit';

/** A label that looks like a button and chooses a file (class `file`). */
export const fileButtonStyles = css`
  label.file {
    display: inline-flex;
    align-items: center;
    gap: 0.5rem;
    min-height: 44px;
    padding: 0.2rem 1rem;
    border: 1px solid var(--sg-line);
    border-radius: 999px;
    background: var(--sg-surface);
    cursor: pointer;
  }
  label.file:focus-within {
    outline: 3px solid var(--sg-focus);
    outline-offset: 2px;
  }
  label.file:has(:disabled) {
    opacity: 0.45;
    cursor: default;
  }
  @media (hover: hover) {
    label.file:not(:has(:disabled)):hover {
      background: var(--sg-surface-2);
    }
  }
`;

/** Choices that belong together, with their heading. */
export const groupStyles = css`
  fieldset {
    min-width: 0;
    margin: 0 0 1rem;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius-l);
    background: var(--sg-surface);
  }
  legend {
    padding: 0 0.4rem;
    font-weight: 600;
  }
`;

/** Fields and lists that a finger can hit. */
export const fieldStyles = css`
  input[type='text'],
  select {
    box-sizing: border-box;
    width: 100%;
    min-width: 0;
    min-height: 2.75rem;
    padding: 0 0.75rem;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius-m);
    background: var(--sg-surface);
    color: inherit;
    font: inherit;
  }
`;
