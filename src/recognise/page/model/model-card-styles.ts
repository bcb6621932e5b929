import { css } from 'lit';

export const modelCardStyles = css`
  :host {
    display: flex;
    min-width: 0;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.5rem 1rem;
  }
  h3,
  p {
    margin: 0;
    overflow-wrap: anywhere;
  }
  h3 {
    margin-bottom: 0.2rem;
    font-size: var(--sg-size-m);
  }
  .badge {
    display: inline-block;
    margin-inline-start: 0.3rem;
    padding: 0.1rem 0.5rem;
    border-radius: 999px;
    background: var(--sg-surface-2);
    color: var(--sg-text);
    font-size: var(--sg-size-xs);
    font-weight: 600;
  }
  p {
    color: var(--sg-muted);
    font-size: var(--sg-size-s);
  }
  .speed {
    font-variant-numeric: tabular-nums;
  }
  .about {
    flex: 1 1 min(14rem, 100%);
    min-width: 0;
  }
  .actions {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    flex: none;
  }
  .precision {
    display: flex;
    flex: 1 1 100%;
    min-width: 0;
    max-width: 100%;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.5rem 1rem;
  }
  .precision label {
    display: inline-flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.6rem;
    min-width: 0;
    max-width: 100%;
    min-height: 2.75rem;
  }
  select {
    min-width: 0;
    max-width: 100%;
    min-height: 2.75rem;
    padding: 0.4rem 0.6rem;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius-m);
    background: var(--sg-surface-2);
    color: inherit;
    font: inherit;
  }
`;
