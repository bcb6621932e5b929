import { msg, str } from '@lit/localize';
import type { UndoOffer } from './teach-progress';

/** What was just changed. */
export function undoWords({ kind, count, name }: UndoOffer): string {
  switch (kind) {
    case 'added':
      return msg(str`${count} examples of “${name}” added.`);
    case 'deleted-example':
      return msg(str`An example of “${name}” was deleted.`);
    case 'deleted-thing':
      return msg(str`“${name}” was deleted.`);
    case 'deleted-all':
      return msg('All things were deleted.');
    case 'imported':
      return count === 0 ? msg(str`Everything in ${name} was here already.`) : msg(str`${count} examples came from ${name}.`);
  }
}

/** Whether there is anything to take back. */
export function isUndoable({ kind, count }: UndoOffer): boolean {
  return kind !== 'imported' || count > 0;
}
