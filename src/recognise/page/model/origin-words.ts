import { html, nothing } from 'lit';
import { msg } from '@lit/localize';

/** What our own model step and the page write in English of where a model comes from, and what one may do with it. */
const SAID = ['non-commercial; local checks only', 'lossy, vector-quantised', 'a file of yours', 'dropped onto the page', 'unknown: your own file'] as const;

function saidWords(said: (typeof SAID)[number]): string {
  switch (said) {
    case 'non-commercial; local checks only':
      return msg('non-commercial; local checks only');
    case 'lossy, vector-quantised':
      return msg('lossy, vector-quantised');
    case 'a file of yours':
      return msg('a file of yours');
    case 'dropped onto the page':
      return msg('dropped onto the page');
    case 'unknown: your own file':
      return msg('unknown: your own file');
  }
}

/** A model's licence or source as `name` and what is said of it; all is name where that is nothing of ours. */
export function originOf(text: string): { readonly name: string; readonly said: string } {
  for (const said of SAID) {
    if (text === said) return { name: '', said: saidWords(said) };
    const name = text.endsWith(` (${said})`) ? text.slice(0, -said.length - 3) : text.endsWith(`, ${said}`) ? text.slice(0, -said.length - 2) : '';
    if (name !== '') return { name, said: saidWords(said) };
  }
  return { name: text, said: '' };
}

/** The same as it is read: names of licences, files and papers stay as they are, the rest is in the reader's language. */
export function originWords(text: string): unknown {
  const { name, said } = originOf(text);
  return html`${name ? html`<span lang="en">${name}</span>` : nothing}${name && said ? ' (' : ''}${said}${name && said ? ')' : ''}`;
}
