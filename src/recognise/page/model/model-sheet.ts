import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { localized, msg, str } from '@lit/localize';
import { decodeImage } from '../../../base/page/decode-image';
import { fileButtonStyles } from '../../../base/page/elements/form-styles';
import { list, percent } from '../../../base/page/elements/format';
import { icon } from '../../../base/page/elements/icons';
import { sharedStyles } from '../../../base/page/elements/styles';
import type { Sheet } from '../../../base/page/elements/sheet';
import '../../../base/page/elements/sheet';
import { Fault } from '../../../base/shared/fault';
import { IMAGENET_LABELS } from '../../../base/shared/labels/imagenet';
import { numberedName } from '../../../base/shared/own-model';
import { isIndependent, type Preprocessing, type Prediction } from '../../../engine/index';
import { namesOfFile } from '../../shared/class-names';
import { namesFor, NORMALISATIONS, normalisationOf, type DraftChange, type Normalisation } from '../../shared/model-draft';
import { isTaken } from '../../shared/model-names';
import { SHOWN, type Shown } from '../../shared/model-origins';
import type { FrameInput } from '../../shared/recogniser';
import { ModelKeepEvent } from '../events';
import { originWords, shownWords } from './model-sheet-words';
import { modelSheetStyles } from './model-sheet-styles';
import type { ModelTrial } from './model-trial';

/** Names shown of a long list. */
const NAMES_SHOWN = 4;
const COUNT = 3;

type Triple = Preprocessing['mean'];

/** "0.5" or "0.5, 0.4, 0.3"; undefined where it is neither, or a deviation of 0. */
function tripleOf(text: string, above = -Infinity): Triple | undefined {
  const parts = text.split(/[\s,;]+/u).filter((part) => part !== '').map(Number);
  const [r, g = r, b = r] = parts;
  return (parts.length === 1 || parts.length === 3) && parts.every((v) => Number.isFinite(v) && v > above) ? [r, g, b] : undefined;
}

/**
 * What a model file was found to be, to be corrected and tried before it is kept.
 *
 * @event sg-model-keep - the file is to be kept as it is set, and to run
 * @event close - it was closed
 */
@customElement('sg-model-sheet')
@localized()
export class ModelSheet extends LitElement {
  static override styles = [sharedStyles, fileButtonStyles, modelSheetStyles];

  @property({ attribute: false }) trial: ModelTrial | undefined;
  /** Gives what the camera sees now; undefined where there is none. */
  @property({ attribute: false }) grab: (() => Promise<FrameInput | undefined>) | undefined;
  @query('sg-sheet') private readonly sheet: Sheet | null | undefined;
  @state() private busy = false;
  @state() private fault = '';
  /** Name of the field that was changed last, below which a fault is told; empty where a button was pressed since. */
  @state() private field = '';
  @state() private answer: readonly Prediction[] = [];
  @state() private own = false;
  /** Gives once more the picture that was tried last. */
  #again: (() => Promise<FrameInput | undefined>) | undefined;

  #working = Promise.resolve();

  override updated(changed: PropertyValues<this>): void {
    if (!changed.has('trial')) return;
    this.answer = [];
    this.fault = '';
    this.#again = undefined;
    this.own = this.trial !== undefined && normalisationOf(this.trial.manifest.preprocessing) === 'own';
    if (this.trial) void this.sheet?.show();
    else this.sheet?.close();
  }

  override render(): unknown {
    const { trial } = this;
    if (!trial) return nothing;
    const { manifest } = trial;
    return html`<sg-sheet heading=${msg('Is this right?')} @close=${() => this.dispatchEvent(new Event('close'))}>
      <p class="found">${this.#facts(trial)}</p>
      ${this.#assumed(trial)}
      <div class="fields" @change=${{ handleEvent: (event: Event) => this.#begin((event.target as HTMLInputElement).name), capture: true }}>
        ${this.#text('name', msg('Name'), manifest.name, (name) => (isTaken(name, trial.taken) ? msg(str`Another model is called ${name}: give it a name of its own.`) : { name: name || manifest.name }))}
        ${this.#text('licence', msg('Licence'), manifest.licence, (licence) => ({ licence: licence || manifest.licence }))}
        ${this.#output(trial)} ${this.#layout(trial)} ${this.#normalisation(trial)} ${this.#sizes(trial)}
      </div>
      ${manifest.ports?.answers === 'features' ? nothing : html`${this.#names(trial)}${this.#tries()}`}
      ${this.answer.length > 0
        ? html`<ol class="answer" aria-live="polite" aria-label=${msg('Its answer')}>
            ${this.answer.map(({ name, probability }) => html`<li><span class="name">${name}</span><span class="share">${percent(probability)}</span></li>`)}
          </ol>`
        : nothing}
      ${this.#faultAt('')}
      <div class="row">
        <button class="primary" name="keep" ?disabled=${this.busy} @click=${() => this.dispatchEvent(new ModelKeepEvent())}>${msg('Keep and use it')}</button>
        <button @click=${() => this.sheet?.close()}>${msg('Leave it')}</button>
      </div>
    </sg-sheet>`;
  }

  #facts({ manifest, loaded }: ModelTrial): string {
    const { crop } = manifest.preprocessing;
    if (manifest.ports?.answers === 'features') {
      return msg(str`It has no classes of its own: it gives features of pictures of ${crop} × ${crop} pixels, and names what you show it under Teach. It was tried and runs on this device.`);
    }
    const facts = msg(str`${loaded.classes} classes, pictures of ${crop} × ${crop} pixels. It was tried and runs on this device.`);
    return isIndependent(manifest.ports?.answers) ? `${facts} ${msg('Several of its classes may be right at once: their shares do not add up to 100 %.')}` : facts;
  }

  /** All that nothing says, in one place: it is what a picture has to be tried for. */
  #assumed({ manifest, draft, origins }: ModelTrial): unknown {
    const features = manifest.ports?.answers === 'features';
    // Of a filter that cannot be had its own words tell.
    const told = (shown: Shown): boolean => (features && shown === 'answers') || (shown === 'interpolation' && draft.unmet.includes('filter'));
    const open = SHOWN.filter((shown) => origins[shown] === 'assumed' && !told(shown)).map((shown) => `“${shownWords(shown)}”`);
    const words = open.length > 0 ? [msg(str`The file does not say, and what is usual is assumed: ${list(open)}. Try it on a picture.`)] : [];
    const unmet = draft.unmet.map((each) =>
      each === 'squeezed'
        ? msg('Its configuration makes the whole picture square; here a square is cut out of it, and what is beside it is not seen.')
        : each === 'bordered'
          ? msg('Its configuration shows the whole picture with a border around it; here a square is cut out of it, and what is beside it is not seen.')
          : msg('Its configuration asks for another filter than bilinear or bicubic: the one that is set is not the same.'),
    );
    return [...words, ...unmet].map((text) => html`<p class="assumed">${icon('warning')}<span>${text}</span></p>`);
  }

  #from(shown: Shown): unknown {
    const origin = this.trial?.origins[shown];
    return origin && html`<small class=${origin}>${origin === 'assumed' ? icon('warning') : origin === 'file' ? icon('check') : nothing}${originWords(origin)}</small>`;
  }

  /** @param change gives what becomes of the text, or words why it cannot be taken */
  #text(name: string, label: string, value: string, change: (value: string) => DraftChange | string): unknown {
    return html`<label>${label}<input name=${name} maxlength="120" .value=${value} @change=${(event: Event) => this.#take(event, value, change(valueOf(event).trim()))} />${this.#faultAt(name)}</label>`;
  }

  /** A fault of another field is none of this one. */
  #begin(field: string): void {
    this.fault = '';
    this.field = field;
  }

  #faultAt(field: string): unknown {
    return this.fault && this.field === field ? html`<p class="fault" role="alert">${this.fault}</p>` : nothing;
  }

  /** What cannot be taken is said, and its field has what holds. */
  #take({ target }: Event, value: string, change: DraftChange | string): void {
    if (typeof change !== 'string') return void this.#change(change);
    this.fault = change;
    (target as HTMLInputElement).value = value;
  }

  #choice<Value extends string>(name: string, label: string, value: Value, choices: readonly (readonly [Value, string])[], onChoice: (value: Value) => void, shown?: Shown, hint = ''): unknown {
    return html`<label
      >${label}<select name=${name} ?disabled=${this.busy} @change=${(event: Event) => onChoice(valueOf(event) as Value)}>
        ${choices.map(([id, words]) => html`<option value=${id} ?selected=${id === value}>${words}</option>`)}</select
      >${this.#faultAt(name)}${shown ? this.#from(shown) : nothing}${hint ? html`<small>${hint}</small>` : nothing}</label
    >`;
  }

  #output({ manifest: { ports }, draft }: ModelTrial): unknown {
    if (!ports) return nothing;
    const select = (scores: string): void => void this.#change({ ports: { scores, answers: draft.outputs.find(({ name }) => name === scores)?.answers ?? 'scores' } });
    return html`${draft.outputs.length > 1 ? this.#choice('scores', shownWords('scores'), ports.scores, draft.outputs.map(({ name }) => [name, name] as const), select, 'scores') : nothing}
    ${this.#choice('answers', shownWords('answers'), ports.answers, [['scores', msg('scores')], ['probabilities', msg('probabilities')], ['independent', msg('a probability of its own for each class')], ['independent-scores', msg('a score of its own for each class')], ['features', msg('features, to be taught on')]], (answers) => void this.#change({ ports: { answers } }), 'answers')}`;
  }

  #layout({ manifest: { ports }, draft }: ModelTrial): unknown {
    if (!ports) return nothing;
    const colours = this.#choice('colours', shownWords('colours'), ports.colours ?? 'rgb', [['rgb', msg('red first')], ['bgr', msg('blue first')]], (chosen) => void this.#change({ ports: { colours: chosen } }), 'colours');
    if (!draft.open.layout) return colours;
    return html`${colours}${this.#choice('layout', shownWords('layout'), ports.layout, [['nchw', msg('colours first')], ['nhwc', msg('colours last')]], (layout) => void this.#change({ ports: { layout } }), 'layout')}`;
  }

  #normalisation({ manifest: { preprocessing }, draft }: ModelTrial): unknown {
    const kinds: readonly (readonly [Normalisation, string])[] = [
      ['torchvision', msg('as torchvision')], ['0..1', msg('0 to 1')], ['-1..1', msg('-1 to 1')], ['0..255', msg('0 to 255')], ['own', msg('own numbers')],
    ];
    const hint = draft.normalisesItself ? msg('The network does the rest itself.') : '';
    const select = (kind: Normalisation): void => {
      this.own = kind === 'own';
      if (kind !== 'own') void this.#change({ preprocessing: NORMALISATIONS[kind] });
    };
    const numbers = (name: 'mean' | 'std', label: string): unknown =>
      this.#text(name, label, preprocessing[name].map((v) => Number(v.toFixed(6))).join(', '), (text) => {
        const triple = tripleOf(text, name === 'std' ? 0 : undefined);
        if (triple) return { preprocessing: { [name]: triple } };
        return name === 'std' ? msg(str`${label}: give one number above 0, or three.`) : msg(str`${label}: give one number, or three.`);
      });
    return html`${this.#choice('normalisation', shownWords('normalisation'), this.own ? 'own' : normalisationOf(preprocessing), kinds, select, 'normalisation', hint)}
    ${this.own ? html`${numbers('mean', msg('Mean of red, green, blue'))}${numbers('std', msg('Deviation of red, green, blue'))}` : nothing}`;
  }

  #sizes({ manifest: { preprocessing }, draft }: ModelTrial): unknown {
    const { crop, resize, interpolation } = preprocessing;
    const side = (name: string, shown: Shown, value: number, least: number, most: number, change: (size: number) => DraftChange): unknown => {
      const label = shownWords(shown);
      return html`<label
        >${label}<input name=${name} type="number" min=${least} max=${most} step="1" .value=${String(value)} @change=${(event: Event) => {
          const size = Math.round(Number(valueOf(event)));
          this.#take(event, String(value), size >= least && size <= most ? change(size) : msg(str`${label}: give a number from ${least} to ${most}.`));
        }}
      />${this.#faultAt(name)}${this.#from(shown)}</label>`;
    };
    const filters = [['bilinear', msg('bilinear')], ['bicubic', msg('bicubic')]] as const;
    return html`${draft.open.size ? side('crop', 'size', crop, 32, 512, (size) => ({ preprocessing: { crop: size, resize: Math.round((resize / crop) * size) } })) : nothing}
    ${side('resize', 'resize', resize, crop, 2 * crop, (size) => ({ preprocessing: { resize: size } }))}
    ${this.#choice('interpolation', shownWords('interpolation'), interpolation, filters, (chosen) => void this.#change({ preprocessing: { interpolation: chosen } }), 'interpolation')}`;
  }

  #tries(): unknown {
    return html`<div class="row">
      <label class="file"
        >${icon('pictures')}${msg('Try it on a picture')}<input class="visually-hidden" type="file" name="picture" accept="image/*" ?disabled=${this.busy} @change=${this.#onPicture}
      /></label>
      ${this.grab ? html`<button ?disabled=${this.busy} @click=${() => void this.#try(this.grab)}>${icon('camera')}${msg('Try it on the camera')}</button>` : nothing}
    </div>`;
  }

  #names({ manifest, draft, loaded }: ModelTrial): unknown {
    const names = namesFor(loaded.classes, manifest.classNames);
    // TensorFlow's have one more in front, of what is none of them.
    const imagenet = [IMAGENET_LABELS, ['background', ...IMAGENET_LABELS]].find(({ length }) => length === loaded.classes);
    const few = names.slice(0, NAMES_SHOWN).join(', ');
    const known = names[0] !== 'class 0' || draft.lists.some(({ length }) => length === loaded.classes);
    const unfit = draft.lists.filter(({ length }) => length !== loaded.classes);
    return html`<p class="names">
        <strong>${msg('Class names')}${msg(': ')}</strong>${few}${names.length > NAMES_SHOWN ? ' …' : ''}
        ${names.some((name, i) => name.endsWith(` (${numberedName(i)})`)) ? html`<span class="hint">${msg('Several classes have one name: their numbers stand behind it.')}</span>` : nothing}
        ${known || unfit.length > 0 ? nothing : html`<span class="hint">${msg('The file has no names: choose a list of them, or go on with numbers.')}</span>`}
        ${unfit.map(({ length }) => html`<span class="hint">${msg(str`A list of ${length} names was found, and the model gives ${loaded.classes}: it is not used.`)}</span>`)}
        ${draft.unread.length > 0 ? html`<span class="hint">${msg(str`Nothing could be read from ${draft.unread.join(', ')}.`)}</span>` : nothing}
      </p>
      <div class="row">
        <label class="file"
          >${icon('upload')}${msg('Choose a list of names')}<input class="visually-hidden" type="file" name="names" accept=".txt,.csv,.tsv,.json" ?disabled=${this.busy} @change=${this.#onNames}
        /></label>
        ${imagenet
          ? html`<button name="imagenet" ?disabled=${this.busy} @click=${() => void this.#name(imagenet)}>${msg('They are those of ImageNet')}</button>`
          : nothing}
      </div>`;
  }

  async #onNames(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = '';
    if (!file || !this.trial) return;
    const names = namesOfFile(file.name, await file.text());
    const { classes } = this.trial.loaded;
    this.field = '';
    if (names?.length === classes) await this.#name(names);
    else this.fault = msg(str`The list has ${names?.length ?? 0} names, the model ${classes} classes: choose another list.`);
  }

  #name(classNames: readonly string[]): Promise<void> {
    this.field = '';
    return this.#change({ classNames });
  }

  #onPicture(event: Event): void {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = '';
    if (file) void this.#try(() => decodeImage(file));
  }

  /** Names and the like need no run; a picture that was tried is tried again. */
  async #change(change: DraftChange): Promise<void> {
    await this.#work(async (trial) => {
      await trial.change(change);
      await this.#ask(trial);
    });
  }

  async #try(picture: (() => Promise<FrameInput | undefined>) | undefined): Promise<void> {
    this.#again = picture;
    this.field = '';
    await this.#work((trial) => this.#ask(trial));
    if (this.answer.length === 0 && !this.fault) this.fault = msg('The camera shows nothing now: start it in the live view, or choose a picture.');
  }

  async #ask(trial: ModelTrial): Promise<void> {
    const frame = await this.#again?.();
    if (frame) this.answer = (await trial.recognise(frame, COUNT)).top;
  }

  /** One after another: what is set while another thing is tried is not lost. */
  #work(work: (trial: ModelTrial) => Promise<void>): Promise<void> {
    this.#working = this.#working.then(() => this.#do(work));
    return this.#working;
  }

  async #do(work: (trial: ModelTrial) => Promise<void>): Promise<void> {
    const { trial } = this;
    if (!trial) return;
    this.busy = true;
    this.fault = '';
    try {
      await work(trial);
    } catch (error) {
      this.fault = Fault.from(error, 'model-invalid').message;
    } finally {
      this.busy = false;
    }
  }
}

function valueOf(event: Event): string {
  return (event.target as HTMLInputElement | HTMLSelectElement).value;
}

declare global {
  interface HTMLElementTagNameMap {
    'sg-model-sheet': ModelSheet;
  }
}
