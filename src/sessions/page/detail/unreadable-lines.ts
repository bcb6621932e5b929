import { html, nothing } from 'lit';
import { msg, str } from '@lit/localize';
import type { SessionData } from '../../shared/session';

/** What is said of lines in a session's files that are no labels. */
export function unreadableLines({ unreadable }: SessionData): unknown {
  if (!unreadable) return nothing;
  return html`<p class="unreadable wide" role="status">
    ${msg(str`Lines of its labels that cannot be read: ${unreadable}. They are not shown here, and stay in its files as they are.`)}
  </p>`;
}
