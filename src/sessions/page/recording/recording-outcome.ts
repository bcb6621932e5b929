import { Fault } from '../../../base/shared/fault';
import type { FilmCopyStatus, FinishedRecording } from '../../shared/recorder';
import type { SessionManifest } from '../../shared/session';

/** What a person is told. */
export type RecordingNotice =
  /** @property copy how the film in a chosen file ended @property handed whether the files were handed over as well */
  | { readonly kind: 'kept'; readonly session: SessionManifest; readonly copy?: FilmCopyStatus; readonly handed?: boolean }
  | { readonly kind: 'recovered'; readonly sessions: readonly SessionManifest[] }
  | { readonly kind: 'downloaded' }
  | { readonly kind: 'empty' }
  | RecordingFault;

/** Why a recording ended, or could not begin. */
export interface RecordingFault {
  readonly kind: 'fault';
  readonly fault: Fault;
  /** What was kept of the recording that it ended. */
  readonly session?: SessionManifest;
  /** What was handed over, because it is not on the device. */
  readonly handed?: SessionManifest;
  /** How the film in a chosen file ended. */
  readonly copy?: FilmCopyStatus;
  /** Whether something of it was on the device, and cannot be found again. */
  readonly lost?: boolean;
}

/**
 * What a person is told of a recording that ended.
 * @param fault why it ended, where a person did not stop it
 * @param atEnd whether a person wanted the files as well
 */
export function endNotice(finished: FinishedRecording | undefined, fault: Fault | undefined, atEnd: boolean): RecordingNotice {
  if (finished?.gone) {
    const gone = fault?.code === 'storage-cleared' ? fault : new Fault('storage-cleared', 'The files were gone at the end.', { cause: fault });
    return { kind: 'fault', fault: gone, handed: finished.manifest, ...(finished.copy && { copy: finished.copy }) };
  }
  const inMemory = finished?.files && !atEnd;
  const copy = finished?.copy && { copy: finished.copy };
  if (fault) return { kind: 'fault', fault, ...copy, ...(finished && (inMemory ? { handed: finished.manifest } : { session: finished.manifest })) };
  if (!finished) return { kind: 'empty' };
  if (inMemory) return { kind: 'downloaded' };
  return { kind: 'kept', session: finished.manifest, ...copy, ...(finished.files && { handed: true }) };
}
