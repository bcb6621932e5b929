import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { localized, msg } from '@lit/localize';
import type { LoadProgress as Progress } from '../../../base/shared/model';
import { fileSize } from '../../../base/page/elements/format';
import { sharedStyles } from '../../../base/page/elements/styles';

function words({ phase, loaded, total }: Progress): string {
  switch (phase) {
    case 'download':
      return `${msg('Fetching the model')}${msg(': ')}${fileSize(loaded)}${total > 0 ? ` / ${fileSize(total)}` : ''}`;
    case 'verify':
      return msg('Checking the file');
    case 'convert':
      return msg('Converting the weights');
    case 'session':
      return msg('Preparing the network');
    case 'self-test':
      return msg('Checking that it computes right');
  }
}

/**
 * How far a model's load has come: a bar while bytes come in, a moving one while nobody can tell.
 *
 * @csspart bar - the progress element
 */
@customElement('sg-load-progress')
@localized()
export class LoadProgress extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        width: min(20rem, 80vw);
      }
      :host([slim]) {
        width: 100%;
        color: inherit;
        font-size: var(--sg-size-xs);
        font-weight: 400;
      }
      :host([slim]) label {
        margin-bottom: 0.2rem;
      }
      :host([slim]) progress {
        height: 0.3rem;
        accent-color: currentcolor;
      }
      progress {
        display: block;
        width: 100%;
        height: 0.5rem;
        accent-color: var(--sg-accent);
      }
      label {
        display: block;
        margin-bottom: 0.5rem;
        text-align: center;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  @property({ attribute: false }) progress: Progress | undefined;

  override render(): unknown {
    const progress = this.progress;
    const known = progress?.phase === 'download' && progress.total > 0;
    return html`<label for="bar">${progress ? words(progress) : msg('Starting recognition')}</label>
      <progress
        id="bar"
        part="bar"
        max="1"
        value=${known ? progress.loaded / progress.total : nothing}
      ></progress>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-load-progress': LoadProgress;
  }
}
