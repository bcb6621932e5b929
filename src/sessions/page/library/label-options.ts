import { html, nothing } from 'lit';
import { msg } from '@lit/localize';
import type { SessionManifest } from '../../shared/session';
import { isTextFormat } from '../../shared/export/export-name';
import { saysSquares } from '../../shared/square-track';
import { isPictureFormat, type CountedFilm, type ExportFormat, type ExportTracks } from '../../shared/session-export';

/** Of formats that are of labels alone, or draw them: whose, and by which film frames are counted. */
export interface LabelChoice {
  readonly tracks: ExportTracks;
  readonly counted: CountedFilm;
}

function select<T extends string>(words: string, chosen: T, choices: readonly (readonly [value: T, words: string])[], choose: (value: T) => void): unknown {
  return html`<label
    >${words}
    <select @change=${(event: Event) => choose((event.target as HTMLSelectElement).value as T)}>
      ${choices.map(([value, name]) => html`<option value=${value} ?selected=${value === chosen}>${name}</option>`)}
    </select>
  </label>`;
}

/** What is missing in an older session. */
export function squareless(session: SessionManifest | undefined): unknown {
  if (!session || saysSquares(session)) return nothing;
  return html`<p class="hint">${msg('This session does not say where the network looked: its labels are of whole pictures.')}</p>`;
}

/** Of a set with pictures of no session: what formats of films leave out. */
export function filmsAlone(): unknown {
  return html`<p class="hint">${msg('This format tells of films alone: pictures by themselves are not in it.')}</p>`;
}

/** What else there is to say of a format that is no picture's. @param choose is told what is chosen anew */
export function labelOptions(format: ExportFormat, session: SessionManifest | undefined, { tracks, counted }: LabelChoice, choose: (change: Partial<LabelChoice>) => void): unknown {
  if (format === 'label-studio' || format === 'cvat-video') return squareless(session);
  if (isPictureFormat(format) || (!isTextFormat(format) && format !== 'film-labels')) return nothing;
  const both = format === 'film-labels' ? msg('Both') : msg('Both, each in a file');
  return html`<div class="options">
    ${select(msg('Whose labels'), tracks, [['both', both], ['human', msg('Yours')], ['predicted', msg('Recognised')]], (value) => choose({ tracks: value }))}
    ${format === 'csv' || format === 'jsonl'
      ? // Programs that seek by number find frames in a film at a constant rate alone.
        select(msg('Frames are counted'), counted, [['recorded', msg('in the film as it was recorded')], ['constant', msg('in the film at a constant rate')]], (value) => choose({ counted: value }))
      : nothing}
  </div>`;
}
