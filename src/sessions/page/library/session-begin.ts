import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { list } from '../../../base/page/elements/format';
import { sharedStyles } from '../../../base/page/elements/styles';
import { WhenSeen } from '../../../base/page/elements/when-seen';
import { labelText } from '../../../base/page/language';
import { labelKey, type LabelRef } from '../../../base/shared/labels/label-ref';
import { predictedRunsOf } from '../../shared/predicted-runs';
import type { RecognitionEntry } from '../../shared/session';

/** Labels that have room in a line. */
const MOST = 3;

/** What is named in answers, in the order in which it came; each once. */
function namedIn(answers: readonly RecognitionEntry[], certainty: number): LabelRef[] {
  const runs = predictedRunsOf(answers, { durationUs: answers.at(-1)?.timeUs ?? 0, certainty });
  const labels = new Map(runs.filter(({ unsure }) => !unsure).map(({ label }) => [labelKey(label), label]));
  return [...labels.values()].slice(0, MOST);
}

/** What was recognised first in a session, in a line; read when it comes into sight. */
@customElement('sg-session-begin')
@localized()
export class SessionBegin extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        overflow: hidden;
        font-size: var(--sg-size-s);
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ];

  /** Gives the first answers when they are wanted. */
  @property({ attribute: false }) read!: () => Promise<readonly RecognitionEntry[]>;
  /** Probability from which on a label is named. */
  @property({ type: Number }) certainty = 0;
  @state() private answers: readonly RecognitionEntry[] | undefined;
  #asked = false;

  constructor() {
    super();
    new WhenSeen(this, () => void this.#read());
  }

  override render(): unknown {
    const { answers, certainty } = this;
    // Its line is there before its words: a list must not jump.
    if (!answers) return html`&nbsp;`;
    if (answers.length === 0) return nothing;
    const names = list(namedIn(answers, certainty).map(labelText));
    return html`<span>${names === '' ? msg('Not sure') : msg(str`Begins with: ${names}`)}</span>`;
  }

  async #read(): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    // A session that cannot be read says so when it is opened.
    this.answers = await this.read().catch(() => []);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-session-begin': SessionBegin;
  }
}
