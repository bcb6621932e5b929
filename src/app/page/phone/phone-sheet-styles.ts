import { css } from 'lit';

export const phoneSheetStyles = css`
  p,
  ul {
    margin: 0 0 1rem;
  }
  ul {
    padding-inline-start: 1.25rem;
  }
  li + li {
    margin-top: 0.4rem;
  }
  sg-qr-code {
    width: min(16rem, 100%, 45dvh);
    margin: 0 auto 1rem;
  }
  sg-copy-text {
    margin-bottom: 1rem;
    padding: 0.5rem 0.5rem 0.5rem 1rem;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius-l);
    background: var(--sg-surface);
  }
  h3 {
    margin: 1.25rem 0 0.35rem;
    font-size: var(--sg-size-m);
  }
  .hint {
    color: var(--sg-muted);
    font-size: var(--sg-size-s);
  }
  .fingerprint {
    overflow-wrap: anywhere;
    font:
      0.8rem/1.5 ui-monospace,
      monospace;
  }
`;
