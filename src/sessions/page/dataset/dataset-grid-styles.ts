import { css } from 'lit';

export const datasetGridStyles = css`
  :host {
    display: grid;
    gap: 0.5rem;
    min-width: 0;
  }
  h4 {
    margin: 0.4rem 0 0;
    overflow-wrap: anywhere;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    gap: 0.5rem;
    /* Within reach while pictures are looked through. */
    position: sticky;
    top: 0;
    z-index: 1;
    padding: 0.3rem 0;
    background: var(--sg-background);
  }
  .head label {
    display: grid;
    flex: 1 1 12rem;
    gap: 0.25rem;
    min-width: 0;
    color: var(--sg-muted);
    font-size: var(--sg-size-s);
  }
  .parts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
  .parts:empty,
  [hidden] {
    display: none;
  }
  p {
    margin: 0;
    color: var(--sg-muted);
    font-size: var(--sg-size-s);
  }
  .fault {
    color: var(--sg-warning);
  }
  progress {
    width: 100%;
    height: 0.5rem;
    margin: 0.4rem 0;
    accent-color: var(--sg-accent);
  }
  ul {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(5rem, 1fr));
    gap: 0.3rem;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  li button {
    position: relative;
    /* What lies in <details> does not inherit it. */
    box-sizing: border-box;
    width: 100%;
    min-height: 0;
    padding: 0;
    overflow: hidden;
    aspect-ratio: 1;
    border-width: 2px;
    border-radius: var(--sg-radius-m);
  }
  img {
    display: block;
    width: 100%;
    height: 100%;
    object-fit: cover;
  }
  [aria-pressed='true'] {
    border-color: var(--sg-warning);
  }
  .out img {
    opacity: 0.25;
  }
  .copies,
  .state {
    position: absolute;
    padding: 0 0.35rem;
    border-radius: var(--sg-radius-s);
    background: var(--sg-glass);
    color: #fff;
    font-size: var(--sg-size-xs);
  }
  .copies {
    right: 0.2rem;
    top: 0.2rem;
  }
  .state {
    right: 0.2rem;
    bottom: 0.2rem;
    left: 0.2rem;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
`;
