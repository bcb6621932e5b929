import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { localized, msg, str } from '@lit/localize';
import type { SessionFlaw, SessionManifest } from '../../shared/session';
import type { SessionLibrary } from './session-library';
import { ChooseSessionsEvent, type SessionAction, SessionActionEvent } from '../events';
import { clock, dateTime, fileSize } from '../../../base/page/elements/format';
import { icon, type IconName } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import './session-begin';
import './video-thumbnail';

/** Why a recording ended that nobody stopped. */
function endedWords(ended: NonNullable<SessionManifest['ended']>): string {
  switch (ended) {
    case 'storage-full':
      return msg('Ended by itself, before the device was full');
    case 'recording-failed':
      return msg('Ended by a fault of the recorder; whole up to there');
  }
}

/** What is wrong with a session, and what can be had of it. */
function flawWords(flaw: SessionFlaw): string {
  switch (flaw) {
    case 'film-damaged':
      return msg('Damaged: the film cannot be played, or not to its end. Labels and pictures are there; Export saves them, and the film as it is.');
    case 'film-short':
      return msg('The film ends before its labels. Exports leave out what lies behind its end.');
    case 'newer-version':
      return msg('Made by a newer version of the app, which can open it. Nothing of it was changed.');
  }
}

/** Whether a session can be chosen, renamed and exported: not while it is recorded, nor where only a newer app can read it. */
export function isChoosable({ state, flaw }: SessionManifest): boolean {
  return state !== 'recording' && flaw !== 'newer-version';
}

/**
 * Cards of the recorded sessions.
 *
 * @event sg-session-action - rename, delete or export was pressed
 * @csspart card - one session
 */
@customElement('sg-session-list')
@localized()
export class SessionList extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 17.5rem), 1fr));
        gap: 0.9rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        position: relative;
        display: grid;
        grid-template-rows: auto 1fr auto;
        overflow: hidden;
        border: 1px solid var(--sg-line);
        border-radius: var(--sg-radius-l);
        background: var(--sg-surface);
        /* Of hundreds only those in sight are laid out. */
        content-visibility: auto;
        contain-intrinsic-size: auto 21rem;
      }
      sg-film-thumbnail {
        aspect-ratio: 16 / 9;
      }
      .length {
        position: absolute;
        right: 0.5rem;
        bottom: 0.5rem;
        padding: 0.1rem 0.5rem;
        border-radius: var(--sg-radius-s);
        background: var(--sg-glass);
        color: #fff;
        font-size: var(--sg-size-s);
        font-variant-numeric: tabular-nums;
      }
      .picture {
        position: relative;
      }
      .text {
        padding: 0.6rem 0.9rem 0;
        min-width: 0;
      }
      h3 {
        margin: 0;
        font-size: var(--sg-size-m);
      }
      h3 a {
        display: -webkit-box;
        overflow: hidden;
        color: inherit;
        text-decoration: none;
        overflow-wrap: anywhere;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
      }
      /* All of the card opens the session; its buttons lie above. */
      h3 a::after {
        content: '';
        position: absolute;
        inset: 0;
      }
      h3 a:focus-visible {
        outline: none;
      }
      li:has(a:focus-visible) {
        outline: 3px solid var(--sg-focus);
        outline-offset: 2px;
      }
      @media (hover: hover) {
        li:has(a:hover) {
          border-color: var(--sg-accent);
        }
      }
      p {
        margin: 0.15rem 0 0;
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
      }
      /* While sessions are chosen, all of the card is a checkbox. */
      .choose {
        position: absolute;
        inset: 0;
        z-index: 1;
        padding: 0.75rem;
        cursor: pointer;
      }
      .choose input {
        width: 1.6rem;
        height: 1.6rem;
        margin: 0;
        accent-color: var(--sg-accent);
      }
      li:has(.choose :checked) {
        border-color: var(--sg-accent);
      }
      .state {
        color: var(--sg-warning);
      }
      .actions {
        position: relative;
        display: flex;
        justify-content: flex-end;
        gap: 0.1rem;
        padding: 0.1rem 0.4rem 0.4rem;
        pointer-events: none;
      }
      .actions button {
        border-color: transparent;
        background: none;
        pointer-events: auto;
      }
      @media (hover: hover) {
        .actions button:hover {
          background: var(--sg-surface-2);
        }
      }
    `,
  ];

  @property({ attribute: false }) sessions: readonly SessionManifest[] = [];
  @property({ attribute: false }) library!: SessionLibrary;
  /** Ids of the sessions that are chosen; undefined while none are to be. */
  @property({ attribute: false }) chosen: ReadonlySet<string> | undefined;

  /** Probability from which on a label is named. */
  @property({ type: Number }) certainty = 0;

  /** Puts the focus on a session, once it is drawn. */
  async focusSession(id: string): Promise<void> {
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`a[href="#sessions/${CSS.escape(id)}"]`)?.focus();
  }

  override render(): unknown {
    return html`<ul>
      ${repeat(this.sessions, ({ id }) => id, (session) => this.#card(session))}
    </ul>`;
  }

  #card(session: SessionManifest): unknown {
    const { id, name, durationUs, createdAt, bytes, recognitions, spans, snapshots, state, ended, flaw } = session;
    const newer = flaw === 'newer-version';
    const recording = state === 'recording';
    return html`<li part="card" data-session=${id}>
      <div class="picture" aria-hidden="true">
        <sg-film-thumbnail
          .key=${`${id} ${state}`}
          .video=${recording || newer ? undefined : () => this.library.store.video(id)}
          .at=${durationUs / 4e6}
        ></sg-film-thumbnail>
        ${newer ? nothing : html`<span class="length">${clock(durationUs / 1e6)}</span>`}
      </div>
      <div class="text">
        <h3>${newer ? name : html`<a href="#sessions/${id}" title=${name}>${name}</a>`}</h3>
        <p>${name === dateTime(createdAt, 'medium') ? nothing : html`${dateTime(createdAt)} · `}${newer ? nothing : html`<span class="visually-hidden">${msg(str`length ${clock(durationUs / 1e6)}`)}</span>`} ${fileSize(bytes)}</p>
        ${newer || recording || recognitions === 0
          ? nothing
          : html`<sg-session-begin .read=${() => this.library.store.begin(id)} .certainty=${this.certainty}></sg-session-begin>`}
        <p ?hidden=${newer}>
          ${msg(str`${recognitions} recognitions`)} · ${spans === 1 ? msg('1 label of yours') : msg(str`${spans} labels of yours`)}${snapshots > 0
            ? html` · ${snapshots === 1 ? msg('1 picture') : msg(str`${snapshots} pictures`)}`
            : nothing}
        </p>
        ${recording ? html`<p class="state">${msg('Being recorded')}</p>` : nothing}
        ${ended ? html`<p class="state">${endedWords(ended)}</p>` : nothing}
        ${state === 'recovered' ? html`<p class="state">${msg('Broken off, and recovered')}</p>` : nothing}
        ${flaw ? html`<p class="state" data-flaw=${flaw}>${flawWords(flaw)}</p>` : nothing}
      </div>
      ${this.#choice(session, recording || newer)}
      <div class="actions" ?inert=${this.chosen !== undefined}>
        ${this.#button('pencil', 'rename', msg(str`Rename ${name}`), session, recording || newer)}
        ${this.#button('share', 'share', msg(str`Share ${name}`), session, recording || newer)}
        ${this.#button('download', 'export', msg(str`Export ${name}`), session, recording || newer)}
        ${this.#button('trash', 'delete', msg(str`Delete ${name}`), session, recording)}
      </div>
    </li>`;
  }

  #choice({ id, name }: SessionManifest, disabled: boolean): unknown {
    const { chosen } = this;
    if (!chosen || disabled) return nothing;
    const toggle = (): void => {
      const next = new Set(chosen);
      if (!next.delete(id)) next.add(id);
      this.dispatchEvent(new ChooseSessionsEvent(next));
    };
    return html`<label class="choose"><input type="checkbox" .checked=${chosen.has(id)} @change=${toggle} /><span class="visually-hidden">${msg(str`Choose ${name}`)}</span></label>`;
  }

  #button(name: IconName, action: SessionAction, words: string, session: SessionManifest, disabled: boolean): unknown {
    return html`<button
      class="icon"
      data-action=${action}
      aria-label=${words}
      title=${words}
      ?disabled=${disabled}
      @click=${() => this.dispatchEvent(new SessionActionEvent(action, session))}
    >
      ${icon(name)}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-session-list': SessionList;
  }
}
