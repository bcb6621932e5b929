import { html, nothing } from 'lit';
import { msg, str } from '@lit/localize';
import type { Fault } from '../../../base/shared/fault';
import { downloadFile } from '../../../base/page/save-file';
import { canShare, shareFile } from '../../../base/page/share-file';
import { faultText } from '../../../base/page/elements/fault-text';
import { fileSize } from '../../../base/page/elements/format';
import { icon } from '../../../base/page/elements/icons';
import type { ExportedFile, TransferProgress } from '../../shared/session-export';
import { phaseWords } from './export-words';

/** What an export came to; nothing while there is nothing to tell. */
export function exportOutcome(done: ExportedFile | undefined, fault: Fault | undefined): unknown {
  if (fault) {
    const { title, advice } = faultText(fault.code);
    return html`<p class="fault" role="alert" data-code=${fault.code}>
      <strong>${title}.</strong> ${advice}
      <span class="detail" lang="en">${fault.message}</span>
    </p>`;
  }
  if (!done) return nothing;
  const { file, name, bytes } = done;
  return html`<p class="done" role="status" data-bytes=${bytes}>
    ${icon('check')}<span>${file ? msg(str`${name}, ${fileSize(bytes)}, is ready.`) : msg(str`${name}, ${fileSize(bytes)}, is saved.`)}</span>
    ${file ? html`<button type="button" @click=${() => downloadFile(file, name)}>${msg('Download again')}</button>` : nothing}
    ${file && canShare(file) ? html`<button type="button" data-action="share" @click=${() => void shareFile(file)}>${icon('share')}${msg('Share')}</button>` : nothing}
  </p>`;
}

/** How far an export has come. */
export function exportRunning(progress: TransferProgress | undefined, cancel: () => void): unknown {
  return html`<div class="running">
    <label for="bar" role="status">${phaseWords(progress?.phase)}</label>
    <progress id="bar" max="1" value=${progress ? progress.done : nothing}></progress>
    <button @click=${cancel}>${msg('Cancel')}</button>
  </div>`;
}
