import { css } from 'lit';

export const settingsSheetStyles = css`
  fieldset {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.15rem;
    padding: 0.25rem 1rem;
  }
  label {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.25rem 1rem;
    min-height: 3rem;
    padding: 0.35rem 0;
  }
  label + label,
  label + .rows > label {
    border-top: 1px solid var(--sg-surface-2);
  }
  label > span {
    flex: 1 1 min(6rem, 100%);
  }
  .hint {
    display: block;
    color: var(--sg-muted);
    font-size: var(--sg-size-s);
  }
  select {
    min-height: 2.75rem;
    max-width: 100%;
    padding: 0 0.75rem;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius-m);
    background: var(--sg-background);
  }
  input[type='checkbox'] {
    width: 1.5rem;
    height: 1.5rem;
    margin: 0.5rem;
    accent-color: var(--sg-accent);
  }
  label > .slider {
    display: flex;
    flex: 0 1 auto;
    min-width: 0;
    align-items: center;
    gap: 0.75rem;
  }
  input[type='range'] {
    flex: 0 1 9rem;
    width: 9rem;
    min-width: 4rem;
    height: 2.75rem;
    accent-color: var(--sg-accent);
  }
  output {
    min-width: 3.25rem;
    text-align: end;
    font-variant-numeric: tabular-nums;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem;
  }
  .actions a {
    display: inline-flex;
    align-items: center;
    min-height: 2.75rem;
    padding: 0 1rem;
    color: inherit;
  }
`;
