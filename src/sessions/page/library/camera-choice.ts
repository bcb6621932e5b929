import { html, nothing } from 'lit';
import { msg, str } from '@lit/localize';
import { list } from '../../../base/page/elements/format';
import type { SessionManifest } from '../../shared/session';
import { isPictureFormat, type ExportFormat, type ExportTracks } from '../../shared/session-export';

/** What is to be exported. */
interface Asked {
  readonly several: readonly SessionManifest[];
  readonly session: SessionManifest | undefined;
  /** Sessions of a kept training set; undefined where it is none. */
  readonly ofSet: readonly SessionManifest[] | undefined;
  readonly format: ExportFormat;
  readonly tracks: ExportTracks;
}

/** Sessions that what is exported tells of: in the zip that is read back, and on the card of a training set. */
function described({ several, session, ofSet, format, tracks }: Asked): readonly SessionManifest[] {
  if (several.length > 0) return several;
  if (session) return format === 'everything' || isPictureFormat(format) ? [session] : [];
  const cardless = format === 'features' || ((format === 'csv' || format === 'jsonl') && tracks !== 'both');
  return cardless ? [] : (ofSet ?? []);
}

/** Cameras by the names that the browser gives them, which may have a person's in them: where these are told, and a way to leave them out. */
export function cameraChoice(asked: Asked, cameraless: boolean, choose: (cameraless: boolean) => void): unknown {
  const names = [...new Set(described(asked).flatMap(({ device }) => device ?? []))];
  if (names.length === 0) return nothing;
  return html`<label class="camera">
    <input type="checkbox" .checked=${!cameraless} @change=${(event: Event) => choose(!(event.target as HTMLInputElement).checked)} />
    <span>${msg(str`Say which camera filmed: ${list(names)}`)}<span class="hint">${msg('A name that the browser gives the camera, and that may be of a person.')}</span></span>
  </label>`;
}
