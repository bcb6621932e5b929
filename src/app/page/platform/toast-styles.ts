import { css } from 'lit';

/** A line with its answers, over the views. */
export const toastStyles = css`
  :host {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: 0.5rem;
    padding: 0.5rem 0.5rem 0.5rem 1rem;
    border: 1px solid var(--sg-line);
    border-radius: 1.5rem;
    background: var(--sg-surface);
    box-shadow: 0 0.5rem 2rem rgb(0 0 0 / 0.35);
  }
  p {
    margin: 0;
    flex: 1 0 auto;
    max-width: 100%;
  }
`;
