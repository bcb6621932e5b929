import { msg, str } from '@lit/localize';
import type { RecordingHalt } from './recording-controller';
import type { RecordingFault, RecordingNotice } from './recording-outcome';
import type { FilmCopyStatus, RecordingStatus } from '../../shared/recorder';
import type { LabelAdvice, LabelTally } from '../../shared/label-quality';
import type { Keeping } from './recording-keeping';
import { labelText } from '../../../base/page/language';
import { faultText } from '../../../base/page/elements/fault-text';
import { clock, list } from '../../../base/page/elements/format';

/** With less than this left a person is warned, seconds. */
const LITTLE_QUOTA = 120;
/** A share of dropped frames that can be seen. */
const MANY_DROPPED = 0.15;

/** What a person reads of a notice. */
export interface NoticeWords {
  readonly title: string;
  readonly text: string;
  /** Whether it interrupts a screen reader. */
  readonly urgent: boolean;
}

export function noticeWords(notice: RecordingNotice): NoticeWords {
  switch (notice.kind) {
    case 'kept': {
      const { name, durationUs } = notice.session;
      const kept = msg(str`“${name}”, ${clock(durationUs / 1e6)}, is among your sessions on this device.`);
      const handed = notice.handed ? msg('Its files are among your downloads as well, in a zip.') : '';
      const failed = notice.copy?.failed !== undefined;
      const remedy = failed ? msg('Export the session to have the film elsewhere.') : '';
      return { title: msg('The recording is kept'), text: [kept, copyWords(notice.copy), remedy, handed].filter(Boolean).join(' '), urgent: failed };
    }
    case 'recovered': {
      const damaged = notice.sessions.filter(({ flaw }) => flaw === 'film-damaged');
      if (damaged.length > 0) {
        return {
          title: msg('A recording that was broken off is damaged'),
          text: msg(str`${list(damaged.map(({ name }) => `“${name}”`))}: the film cannot be read, or not to its end. Nothing was deleted: look among your sessions for what can be had.`),
          urgent: false,
        };
      }
      const names = list(notice.sessions.map(({ name, durationUs }) => `“${name}” (${clock(durationUs / 1e6)})`));
      return {
        title: msg('A recording that was broken off was saved'),
        text: msg(str`${names}: film and labels are whole up to a moment before the break.`),
        urgent: false,
      };
    }
    case 'downloaded':
      return {
        title: msg('The recording was handed to you'),
        text: msg('It is a zip file among your downloads: this browser keeps no recordings itself. A browser that does opens it with Import, among the sessions.'),
        urgent: false,
      };
    case 'empty':
      return { title: msg('Nothing was recorded'), text: msg('The recording ended before its first picture.'), urgent: false };
    case 'fault': {
      const { title, text } = faultWords(notice);
      return { title, text: [text, copyWords(notice.copy)].filter(Boolean).join(' '), urgent: true };
    }
  }
}

/** How the film in a chosen file ended; '' where none was chosen. */
function copyWords(copy: FilmCopyStatus | undefined): string {
  if (!copy) return '';
  const { name, failed } = copy;
  return failed === undefined
    ? msg(str`The film is in ${name} as well.`)
    : msg(str`The film in ${name} is not whole.`);
}

/** What became of the recording that a fault ended; undefined where there was none. */
function fateWords({ session, handed, lost }: RecordingFault): string | undefined {
  if (session) return msg(str`“${session.name}”, ${clock(session.durationUs / 1e6)}, was kept whole up to then.`);
  if (handed) return msg(str`What was recorded, ${clock(handed.durationUs / 1e6)}, was handed to you: a zip file among your downloads, which Import opens.`);
  return lost ? msg('What was written of it cannot be found again.') : undefined;
}

function faultWords(notice: RecordingFault): Omit<NoticeWords, 'urgent'> {
  const { code } = notice.fault;
  const kept = fateWords(notice);
  switch (code) {
    case 'storage-cleared':
      return {
        title: msg('The files of the recording are gone'),
        text: `${msg('The browser, or somebody, deleted what this page keeps on the device.')} ${kept ?? msg('Nothing could be read back.')}`,
      };
    case 'storage-full':
      return {
        title: msg('The device is full'),
        text: `${kept ?? msg('What was recorded before is kept.')} ${msg('Export and delete old sessions, or make room on the device.')}`,
      };
    case 'storage-failed':
      return {
        title: msg('The recording could not be kept'),
        text: kept ?? msg('The browser refused to write it: this window may be private. Use a normal window, or make room on the device. What was recorded before is kept.'),
      };
    case 'recording-failed':
      return {
        title: msg('The recording stopped'),
        text: `${kept ?? msg('Nothing of it was written yet.')} ${msg('Start another recording.')}`,
      };
    default: {
      const { title, advice } = faultText(code);
      return { title, text: advice };
    }
  }
}

export function haltWords(halt: RecordingHalt): string {
  switch (halt) {
    case 'person':
      return msg('Paused');
    case 'camera':
      return msg('Waiting for the camera: the recording goes on with it');
    case 'hidden':
      return msg('Stands still while the picture is out of sight');
  }
}

/** How long can still be recorded; '' where nobody knows. */
export function quotaWords(secondsLeft: number | undefined): string {
  if (secondsLeft === undefined) return '';
  const minutes = Math.floor(secondsLeft / 60);
  // More than a day is as good as endless.
  if (minutes >= 24 * 60) return '';
  if (minutes >= 120) return msg(str`room for ${Math.floor(minutes / 60)} h`);
  return minutes >= 2 ? msg(str`room for ${minutes} min`) : msg(str`room for ${Math.floor(secondsLeft)} s`);
}

/** What a person should know while it records; '' where all is well. */
export function warningWords(status: RecordingStatus | undefined, keptIn: 'device' | 'memory'): string {
  if (status?.secondsLeft !== undefined && status.secondsLeft < LITTLE_QUOTA) {
    return msg('There is little room left. The recording ends by itself, and whole, before the device is full.');
  }
  if (keptIn === 'memory') return msg('This browser cannot keep recordings: you get the files when you stop. Keep this tab open until then.');
  if (status && status.dropped > MANY_DROPPED * (status.frames + status.dropped)) {
    return msg('The device is busy: the film leaves pictures out, but none that was recognised.');
  }
  return '';
}

/** What becomes of a recording on a device that gets full; '' where there is nothing to tell. @param unwritable a chosen file's name */
export function keepingWords(keeping: Keeping, copy: FilmCopyStatus | undefined, unwritable: string | undefined): string {
  const failed = copy?.failed === undefined ? unwritable : copy.name;
  if (failed !== undefined) return msg(str`${failed} cannot be written. The recording goes on here.`);
  if (copy) return msg(str`The film goes into ${copy.name} as well.`);
  switch (keeping) {
    case 'asking':
      return msg('The browser is asked to keep your recordings, also when the device gets full.');
    case 'refused':
      return msg('The browser may delete recordings when the device gets full.');
    default:
      return '';
  }
}

/** How much of a label is filmed, as its chip says it. */
export function tallyWords({ seconds, views }: LabelTally): string {
  const time = msg(str`${Math.floor(seconds)} s`);
  if (views === undefined) return time;
  return `${time} · ${views === 1 ? msg('1 view') : msg(str`${views} views`)}`;
}

/** Names that a person reads while filming. */
const MOST_NAMED = 3;

function someOf(words: readonly string[]): string {
  const more = words.length - MOST_NAMED;
  return list(more > 0 ? [...words.slice(0, MOST_NAMED), msg(str`${more} more`)] : words);
}

/** What to do next, so that what is filmed trains well. */
export function adviceWords(advice: LabelAdvice): string {
  switch (advice.kind) {
    case 'dark':
      return msg(str`${labelText(advice.label)}: too dark. More light helps.`);
    case 'blurred':
      return msg(str`${labelText(advice.label)}: blurred. Hold still, or step back a little.`);
    case 'alike':
      return msg(str`${labelText(advice.label)}: the same view for a while. Turn it, or walk round it.`);
    case 'missing':
      return msg(str`Still to film: ${someOf(advice.labels.map(labelText))}`);
    case 'few':
      return msg(str`Film more of: ${someOf(advice.tallies.map((tally) => `${labelText(tally.label)} (${tallyWords(tally)})`))}`);
    case 'enough':
      return msg('Each label has enough to learn from.');
  }
}
