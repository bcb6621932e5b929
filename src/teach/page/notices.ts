import { html, nothing } from 'lit';
import { msg, str } from '@lit/localize';
import type { RecogniserController } from '../../recognise/page/index';
import type { TeachController } from './teach-controller';
import { featureModelOf, type FeatureModel } from '../../recognise/shared/index';
import { faultText } from '../../base/page/elements/fault-text';

/** What stands in the way of teaching, or has gone wrong, with the way on. */
export function notices(teach: TeachController, model: FeatureModel | undefined, recogniser: RecogniserController): unknown {
  return [fault(teach), unreadable(teach), network(model, recogniser), foreign(teach, model), unkept(teach), damaged(teach)];
}

function fault(teach: TeachController): unknown {
  if (!teach.fault) return nothing;
  const { title, advice } = faultText(teach.fault.code);
  return html`<div class="notice" role="alert" data-code=${teach.fault.code}>
    <strong>${title}</strong>
    <p>${teach.fault.file === undefined ? nothing : html`<bdi>${teach.fault.file}</bdi>: `}${advice}</p>
    <p lang="en">${teach.fault.message}</p>
    <button @click=${() => teach.dismissFault()}>${msg('Go on')}</button>
  </div>`;
}

function unreadable(teach: TeachController): unknown {
  const [first] = teach.unreadable;
  if (first === undefined) return nothing;
  const others = teach.unreadable.length - 1;
  return html`<div class="notice" role="alert">
    <strong>${others > 0 ? msg(str`${first} and ${others} more cannot be read as pictures`) : msg(str`${first} cannot be read as a picture`)}</strong>
    <p>${msg('The others were added. Save it as JPEG or PNG and add it again.')}</p>
    <button @click=${() => teach.dismissFault()}>${msg('Go on')}</button>
  </div>`;
}

function network(model: FeatureModel | undefined, { state, loaded, catalogue }: RecogniserController): unknown {
  if (state === 'loading') return html`<p class="notice" role="status">${msg('The model is being loaded. One moment.')}</p>`;
  if (!loaded || model) return nothing;
  const other = catalogue.some(({ manifest }) => featureModelOf(manifest, ''));
  return html`<div class="notice" role="status" data-key="unteachable">
    <strong>${msg(str`${loaded.manifest.name} cannot be taught`)}</strong>
    <p>
      ${other
        ? msg('It does not give away what it sees on the way to its answer. Choose ResNet-18 under Models, the button at the top.')
        : msg('It does not give away what it sees on the way to its answer. Add a ResNet-18 .safetensors or .onnx file under Models, the button at the top.')}
    </p>
  </div>`;
}

function foreign(teach: TeachController, model: FeatureModel | undefined): unknown {
  if (!model) return nothing;
  const examples = teach.foreign;
  if (examples.length === 0) return nothing;
  const again = examples.filter((e) => e.image).length;
  return html`<div class="notice" role="status">
    <strong>${msg(str`${examples.length} examples were seen by another model`)}</strong>
    <p>
      ${again > 0
        ? msg(str`${model.name} ${model.precision} can learn ${again} of them anew from their pictures.`)
        : msg('They have no pictures to learn from anew. Choose the model that saw them, or show the things again.')}
    </p>
    ${teach.relearning !== undefined
      ? html`<progress max="1" .value=${teach.relearning} aria-label=${msg('Learning anew')}></progress>`
      : again > 0
        ? html`<button data-action="relearn" @click=${() => void teach.relearn()}>${msg('Learn them anew')}</button>`
        : nothing}
  </div>`;
}

function unkept({ state }: TeachController): unknown {
  if (!state || state.kept || state.classes.length === 0) return nothing;
  return html`<p class="notice" role="status">${msg('This browser keeps nothing here (a private window?). Export your things before you close the page.')}</p>`;
}

/** Records that cannot be read: said, set aside, and deleted by nobody but the person. */
function damaged(teach: TeachController): unknown {
  const count = teach.state?.unreadable ?? 0;
  if (count === 0) return nothing;
  return html`<div class="notice" role="status" data-key="damaged">
    <strong>${msg(str`Kept things and examples that cannot be read: ${count}`)}</strong>
    <p>${msg('They are damaged, or of another version of the app. They are left out, and were not deleted. If you have them in an exported file, import that.')}</p>
    <button data-action="delete-damaged" @click=${() => void teach.deleteUnreadable()}>${msg('Delete the damaged ones')}</button>
  </div>`;
}

/** How far collecting or learning has come. */
export function learningNotice(teach: TeachController): unknown {
  const { progress, collecting } = teach;
  if (collecting?.total !== undefined) {
    const done = collecting.examples.length;
    return html`<div class="learning" role="status">
      <span>${msg(str`Looking at picture ${Math.min(done + 1, collecting.total)} of ${collecting.total}`)}</span>
      <progress max=${collecting.total} .value=${done} aria-label=${msg('Pictures looked at')}></progress>
    </div>`;
  }
  if (!progress) return nothing;
  return html`<div class="learning" role="status">
    <span>${msg('Learning')}</span>
    <progress max=${progress.total} .value=${progress.done} aria-label=${msg('Learning')}></progress>
    <button data-action="cancel" @click=${() => teach.cancel()}>${msg('Cancel')}</button>
  </div>`;
}

