import { css } from 'lit';

/** A list of a training set that is opened by its heading. */
export const disclosureStyles = css`
  summary {
    display: flex;
    align-items: center;
    min-height: 2.75rem;
    cursor: pointer;
  }
  summary::before {
    content: '▸';
    width: 1.2rem;
  }
  details[open] summary::before {
    content: '▾';
  }
`;

/** A table of figures by label, which scrolls by itself within `.wide`. */
export const labelTableStyles = css`
  .wide {
    max-height: 16rem;
    overflow: auto;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    padding: 0.25rem 0.5rem;
    border-bottom: 1px solid var(--sg-line);
    font-weight: normal;
    text-align: end;
  }
  th:first-child {
    overflow-wrap: anywhere;
    font-weight: normal;
    text-align: start;
  }
  thead th {
    position: sticky;
    top: 0;
    background: var(--sg-background);
    color: var(--sg-muted);
  }
`;
