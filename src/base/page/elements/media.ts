import { unsafeCSS } from 'lit';

/** A phone on its side: little height, and width for things beside each other. For `@media`. */
export const ON_ITS_SIDE = unsafeCSS('(max-height: 30rem) and (min-width: 36rem)');
