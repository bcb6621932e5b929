import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { consume } from '@lit/context';
import { localized, msg, str } from '@lit/localize';
import { recogniserContext, type RecogniserController } from '../../../recognise/page/index';
import { faultText } from '../../../base/page/elements/fault-text';
import { percent } from '../../../base/page/elements/format';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import { Follower } from '../../../base/page/shared-controller';
import type { Share } from '../../shared/dataset/accuracy';
import type { DatasetDefinition } from '../../shared/dataset/dataset';
import type { SessionTransfer } from '../library/session-transfer';
import { labelTableStyles } from './dataset-styles';
import { SideTrial, type SideResult } from './side-trial';

const range = ({ interval: [low, high] }: Share): string => msg(str`${percent(low)} to ${percent(high)}`);

/** How well the network that runs names the test side of a training set: an own one that learned the others, above all. */
@customElement('sg-dataset-accuracy')
@localized()
export class DatasetAccuracy extends LitElement {
  static override styles = [
    sharedStyles,
    labelTableStyles,
    css`
      :host {
        display: grid;
        gap: 0.5rem;
        justify-items: start;
        min-width: 0;
      }
      p {
        margin: 0;
      }
      .hint {
        color: var(--sg-muted);
        font-size: var(--sg-size-s);
      }
      .fault {
        color: var(--sg-warning);
      }
      [role='status'],
      .wide {
        width: 100%;
      }
      progress {
        width: 100%;
        height: 0.5rem;
        margin: 0.4rem 0;
        accent-color: var(--sg-accent);
      }
    `,
  ];

  @consume({ context: recogniserContext }) readonly recogniser!: RecogniserController;
  @property({ attribute: false }) definition!: DatasetDefinition;
  @property({ attribute: false }) transfer!: SessionTransfer;
  private readonly trial = new SideTrial(this, () => this.recogniser);

  constructor() {
    super();
    new Follower(this, () => [this.recogniser]);
  }

  /** Of another set, or by other rules, nothing is known yet. */
  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.get('definition') !== undefined) this.trial.clear();
  }

  override render(): unknown {
    const { trial, recogniser } = this;
    const { progress, fault, result, otherModel } = trial;
    const name = recogniser.loaded?.manifest.name;
    return html`<button type="button" data-command="measure" ?disabled=${recogniser.state !== 'ready' || progress !== undefined} @click=${() => void trial.measure(this.definition, 'test', this.transfer)}>
        ${icon('model')}${name === undefined ? msg('Accuracy on the test side') : msg(str`Accuracy of ${name} on the test side`)}
      </button>
      <div role="status">
        ${progress === undefined
          ? nothing
          : html`<p>${msg('The network names the pictures of the test side')}</p>
              <progress max="1" value=${progress}></progress>
              <button type="button" data-command="stop" @click=${() => trial.clear()}>${msg('Cancel')}</button>`}
        ${result ? html`<p class="found">${this.#words(result)}</p>` : nothing}
        ${otherModel ? html`<p>${msg('Another model was chosen meanwhile: begin again.')}</p>` : nothing}
      </div>
      ${fault ? html`<p class="fault" role="alert" data-code=${fault.code}>${faultText(fault.code).title}. ${faultText(fault.code).advice}</p>` : nothing}
      ${result?.all ? this.#table(result) : nothing}`;
  }

  #words({ all, model }: SideResult): string {
    if (!all) return msg('There is no picture on the test side: label things at more moments, or give it a share above.');
    return msg(str`Pictures of the test side: ${all.count}. ${model} names ${all.right} of them rightly: ${percent(all.right / all.count)}, 95 % interval ${range(all)}.`);
  }

  #table({ classes }: SideResult): unknown {
    return html`<div class="wide" tabindex="0" role="group" aria-label=${msg('Accuracy by label, test side')}>
        <table>
          <thead>
            <tr>
              <th scope="col">${msg('Label')}</th>
              <th scope="col">${msg('Right')}</th>
              <th scope="col">${msg('95 % interval')}</th>
            </tr>
          </thead>
          <tbody>
            ${classes.map((one) => html`<tr><th scope="row">${one.name}</th><td>${one.right} / ${one.count}</td><td>${range(one)}</td></tr>`)}
          </tbody>
        </table>
      </div>
      <p class="hint">${msg('Each picture as it is exported. A label that the network does not know is always wrong: models that learned this set have its names from labels.txt.')}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-dataset-accuracy': DatasetAccuracy;
  }
}
