import { css } from 'lit';

export const modelPickerStyles = css`
  dialog {
    width: min(36rem, calc(100vw - 1.5rem));
    max-height: calc(100dvh - 2rem - env(safe-area-inset-top) - env(safe-area-inset-bottom));
    padding: 1.25rem;
    overflow: auto;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius-l);
    background: var(--sg-background);
    color: var(--sg-text);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 0.55);
  }
  .head,
  li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 1rem;
  }
  .head {
    flex-wrap: nowrap;
  }
  h2,
  h3,
  p {
    margin: 0;
  }
  h3 {
    font-size: var(--sg-size-m);
  }
  ul {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.6rem;
    margin: 1rem 0;
    padding: 0;
    list-style: none;
  }
  li {
    padding: 0.8rem 1rem;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius-l);
    background: var(--sg-surface);
  }
  sg-model-card {
    flex: 1 1 100%;
  }
  li.runs {
    border-color: var(--sg-accent);
  }
  ::slotted(*) {
    display: block;
    margin-bottom: 1rem;
  }
  .setback {
    margin-top: 1rem;
  }
  .known {
    margin-bottom: 1rem;
  }
  li p,
  section p {
    color: var(--sg-muted);
    font-size: var(--sg-size-s);
    overflow-wrap: anywhere;
  }
  li > div:first-child {
    flex: 1 1 min(14rem, 100%);
  }
  .actions {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    flex: none;
  }
  section {
    display: grid;
    justify-items: start;
    gap: 0.75rem;
  }
  section p.fault {
    color: var(--sg-text);
  }
  .fault strong {
    color: var(--sg-warning);
  }
`;
