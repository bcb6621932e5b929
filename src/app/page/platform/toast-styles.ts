import { css } from 'lit';

/** A line with its answers, between the head and the view. */
export const toastStyles = css`
  :host {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: 0.5rem;
    margin: 0 0.75rem 0.5rem;
    padding: 0.4rem 0.5rem 0.4rem 1rem;
    border: 1px solid var(--sg-line);
    border-radius: 1.5rem;
    background: var(--sg-surface);
  }
  p {
    margin: 0;
    flex: 1 0 auto;
    max-width: 100%;
  }
`;
