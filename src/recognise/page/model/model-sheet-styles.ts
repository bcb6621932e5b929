import { css } from 'lit';

export const modelSheetStyles = css`
  p {
    margin: 0 0 0.75rem;
  }
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr));
    gap: 0.75rem 1rem;
    margin-bottom: 0.75rem;
  }
  label:not(.file) {
    display: grid;
    gap: 0.25rem;
    align-content: start;
    font-weight: 600;
  }
  label small,
  .hint {
    color: var(--sg-muted);
    font-size: var(--sg-size-s);
    font-weight: 400;
  }
  label small .icon,
  .assumed .icon {
    flex: none;
    width: 1em;
    height: 1em;
  }
  label small:has(.icon),
  .assumed {
    display: flex;
    align-items: center;
    gap: 0.35rem;
  }
  p.assumed {
    align-items: start;
  }
  p.assumed .icon {
    margin-top: 0.25em;
  }
  .assumed .icon {
    color: var(--sg-warning);
  }
  label small.assumed {
    color: inherit;
    font-weight: 600;
  }
  input:not([type='file']),
  select {
    width: 100%;
    min-width: 0;
    min-height: 2.75rem;
    padding: 0 0.75rem;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius-m);
    background: var(--sg-surface);
    color: inherit;
    font: inherit;
    font-weight: 400;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
    margin-bottom: 0.75rem;
  }
  .answer {
    margin: 0 0 0.75rem;
    padding: 0.75rem 1rem;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius-l);
    background: var(--sg-surface);
    list-style: none;
  }
  .answer li {
    display: flex;
    justify-content: space-between;
    gap: 1rem;
    overflow-wrap: anywhere;
  }
  .answer li:first-child {
    font-weight: 600;
  }
  .share {
    font-variant-numeric: tabular-nums;
  }
  .fault {
    padding: 0.75rem 1rem;
    border-radius: var(--sg-radius-l);
    background: var(--sg-surface-2);
  }
  label .fault {
    margin: 0;
    padding: 0.5rem 0.75rem;
    font-size: var(--sg-size-s);
    font-weight: 400;
  }
`;
