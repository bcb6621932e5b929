import { css } from 'lit';

/** A list of large choices on a sheet: an icon, words, and what they mean. */
export const choiceListStyles = css`
  h3 {
    margin: 0 0 0.5rem;
    font-size: var(--sg-size-m);
  }
  ul {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.5rem;
    margin: 0 0 0.5rem;
    padding: 0;
    list-style: none;
  }
  button,
  label {
    display: flex;
    align-items: center;
    justify-content: flex-start;
    gap: 0.75rem;
    width: 100%;
    min-height: 3.25rem;
    padding: 0.5rem 1rem;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius-l);
    background: var(--sg-surface);
    text-align: start;
    overflow-wrap: anywhere;
    cursor: pointer;
  }
  @media (hover: hover) {
    label:hover {
      background: var(--sg-surface-2);
    }
  }
  label:focus-within {
    outline: 3px solid var(--sg-focus);
    outline-offset: 2px;
  }
  button[aria-current] {
    border-color: var(--sg-accent);
    font-weight: 600;
  }
  .hint {
    display: block;
    color: var(--sg-muted);
    font-size: var(--sg-size-s);
    font-weight: 400;
  }
  button[aria-pressed='true'] .hint {
    color: inherit;
  }
`;
