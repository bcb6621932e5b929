import { css } from 'lit';

export const exportSheetStyles = css`
  .name {
    margin: 0 0 0.75rem;
    color: var(--sg-muted);
    overflow-wrap: anywhere;
  }
  form {
    display: grid;
    gap: 0.9rem;
  }
  fieldset {
    display: grid;
    gap: 0.4rem;
    margin: 0;
    padding: 0;
    border: 0;
  }
  legend {
    padding: 0 0 0.3rem;
    font-weight: 600;
  }
  .format {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    min-height: 3rem;
    padding: 0.4rem 0.9rem;
    border: 1px solid var(--sg-line);
    border-radius: var(--sg-radius-m);
    background: var(--sg-surface);
    cursor: pointer;
  }
  .format:has(:checked) {
    border-color: var(--sg-accent);
    background: var(--sg-surface-2);
  }
  .format:has(:focus-visible) {
    outline: 3px solid var(--sg-focus);
    outline-offset: 2px;
  }
  input[type='radio'] {
    flex: none;
    width: 1.25rem;
    height: 1.25rem;
    margin: 0;
    outline: none;
    accent-color: var(--sg-accent);
  }
  .camera {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    min-height: 2.75rem;
    overflow-wrap: anywhere;
  }
  input[type='checkbox'] {
    flex: none;
    width: 1.25rem;
    height: 1.25rem;
    margin: 0;
    accent-color: var(--sg-accent);
  }
  .hint,
  .detail {
    display: block;
    color: var(--sg-muted);
    font-size: var(--sg-size-s);
    line-height: 1.3;
  }
  .set {
    display: flex;
    flex-wrap: wrap;
    align-items: end;
    gap: 0.5rem;
    margin-bottom: 0.9rem;
  }
  .set label {
    display: grid;
    flex: 1 1 14rem;
    gap: 0.25rem;
    color: var(--sg-muted);
    font-size: var(--sg-size-s);
  }
  .set p,
  .set :is(sg-dataset-sessions, sg-dataset-stills) {
    flex-basis: 100%;
    margin: 0;
  }
  .dataset {
    display: grid;
    gap: 0.75rem;
    padding: 0 0 0.5rem;
  }
  .options {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem;
    padding: 0 0 0.4rem;
  }
  p.hint {
    flex: 1 1 100%;
    margin: 0;
  }
  .options label {
    display: grid;
    flex: 1 1 10rem;
    gap: 0.3rem;
    font-size: var(--sg-size-s);
  }
  .foot {
    /* Over the sheet's own padding, so that nothing shows below it. */
    --below: max(1.25rem, env(safe-area-inset-bottom));
    position: sticky;
    bottom: calc(-1 * var(--below));
    /* Over the head of pictures, which stays in sight as well. */
    z-index: 2;
    display: grid;
    gap: 0.6rem;
    margin-bottom: calc(-1 * var(--below));
    padding: 0.6rem 0 var(--below);
    background: var(--sg-background);
  }
  .running {
    display: grid;
    gap: 0.6rem;
    justify-items: center;
    padding: 1rem 0;
  }
  progress {
    width: 100%;
    height: 0.5rem;
    accent-color: var(--sg-accent);
  }
  .done,
  .fault {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.6rem;
    margin: 0;
    overflow-wrap: anywhere;
  }
  .done svg {
    color: var(--sg-accent);
  }
  .done span {
    flex: 1;
  }
  .fault {
    display: block;
  }
  .fault strong {
    color: var(--sg-warning);
  }
`;
