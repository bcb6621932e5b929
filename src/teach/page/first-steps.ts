import { html, nothing } from 'lit';
import { msg } from '@lit/localize';
import { icon } from '../../base/page/elements/icons';
import { noneOfThem, threeSides } from './drawings';
import type { TaughtClass } from '../shared/teach';

/** So many things with examples show that it is understood how it is done. */
const ENOUGH = 2;

/**
 * How it is done, a step after the other, until there are two things with examples; what is done is ticked off.
 * @param live whether the camera runs, and with it the button that is held
 */
export function firstSteps(classes: readonly TaughtClass[], live: boolean): unknown {
  const named = classes.filter(({ other }) => !other);
  const shown = named.filter(({ examples }) => examples.length > 0).length;
  if (shown >= ENOUGH) return nothing;
  const steps = [
    { done: named.length > 0, words: msg('Name a thing: your mug, a plant, a friend’s dog.') },
    {
      done: shown > 0,
      words:
        live || named.length === 0
          ? msg('Hold the button below and show it from several sides, or add pictures: 5 to 50 examples.')
          : msg('Start the camera below to show it, or add pictures: 5 to 50 examples.'),
    },
    {
      done: false,
      words: named.length < ENOUGH ? msg('Do the same with a second thing. It learns in seconds to tell them apart, and names them live.') : msg('Now show the second thing.'),
    },
  ];
  const next = steps.findIndex(({ done }) => !done);
  return html`<section class="intro">
    ${classes.length === 0 ? html`${threeSides()}<h2>${msg('Teach it things of your own')}</h2>` : nothing}
    <ol aria-label=${msg('How it is done')}>
      ${steps.map(
        ({ done, words }, i) => html`<li class=${done ? 'done' : ''} aria-current=${i === next ? 'step' : nothing}>
          <span class="number" aria-hidden="true">${done ? icon('check') : i + 1}</span>
          <span>${done ? html`<span class="visually-hidden">${msg('Done')}: </span>` : nothing}${words}</span>
        </li>`,
      )}
    </ol>
    ${classes.length === 0 ? html`<p>${msg('Pictures and what is learned stay on this device.')}</p>` : nothing}
  </section>`;
}

/** What "anything else" is, until there are examples of it. @param onAdd makes its collection */
export function whatIsNoneOfThem(classes: readonly TaughtClass[], onAdd: () => void): unknown {
  const collection = classes.find(({ other }) => other);
  if (!classes.some(({ other }) => !other) || (collection && collection.examples.length > 0)) return nothing;
  return html`<section class="none-of-them">
    ${noneOfThem()}
    <div>
      <p>${msg('Show the same place without your things, and what is easily mistaken for them: there it learns to name none.')}</p>
      ${collection ? nothing : html`<button data-action="other" @click=${onAdd}>${icon('plus')}${msg('Teach what is none of them')}</button>`}
    </div>
  </section>`;
}
