import { msg } from '@lit/localize';
import type { DeskCommand } from './session-desk';

/** What is done to the timeline's scale. */
export type ZoomCommand = 'zoom-in' | 'zoom-out' | 'zoom-fit';

/** What a key does in an open session: `add` and `relabel` ask for a label, `map` shows where the network looked, or no more. */
export type Command = DeskCommand | ZoomCommand | 'add' | 'relabel' | 'map';

export function isZoom(command: Command): command is ZoomCommand {
  return command.startsWith('zoom-');
}

/** The keys in words, for a list of them. */
export const KEYS: readonly { readonly keys: readonly string[]; readonly words: () => string }[] = [
  { keys: ['Space'], words: () => msg('Play or pause') },
  { keys: ['←', '→'], words: () => msg('A frame back or on; with Shift a second') },
  { keys: [',', '.'], words: () => msg('Previous or next label') },
  { keys: ['+', '-', '0'], words: () => msg('Look closer, look farther, the whole film') },
  { keys: ['H'], words: () => msg('Show where the network looked') },
  { keys: ['L'], words: () => msg('Label from here') },
  { keys: ['R'], words: () => msg('Correct the label of the chosen span') },
  { keys: ['[', ']'], words: () => msg('The chosen span starts or ends here') },
  { keys: ['S'], words: () => msg('Split the chosen span here') },
  { keys: ['J'], words: () => msg('Join the chosen span with the next') },
  { keys: ['Delete'], words: () => msg('Delete the chosen span') },
  { keys: ['Ctrl+Z', 'Ctrl+Shift+Z'], words: () => msg('Undo, redo') },
];

const PLAIN: Readonly<Record<string, Command>> = {
  ',': 'previous-label', '.': 'next-label', h: 'map', l: 'add', r: 'relabel', '[': 'starts-here', ']': 'ends-here', s: 'split', j: 'merge',
  Delete: 'delete', Backspace: 'delete', ArrowLeft: 'frame-back', ArrowRight: 'frame-forth',
  '+': 'zoom-in', '=': 'zoom-in', '-': 'zoom-out', '0': 'zoom-fit',
};

/** The command of a key press; undefined for keys that something else wants: text fields, buttons, the browser. */
export function commandOf(event: KeyboardEvent): Command | undefined {
  const [target] = event.composedPath();
  if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || event.isComposing || event.altKey) return undefined;
  // What is pressed on a sheet is the sheet's.
  if (event.composedPath().some((part) => part instanceof HTMLDialogElement && part.open)) return undefined;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    if (key === 'z') return event.shiftKey ? 'redo' : 'undo';
    return key === 'y' && event.ctrlKey ? 'redo' : undefined;
  }
  if (key === ' ') {
    // A button is pressed with it.
    const pressed = target instanceof HTMLElement && (target.closest('button, a, summary, [role=slider]') !== null);
    return pressed ? undefined : 'toggle';
  }
  if (event.shiftKey && key === 'ArrowLeft') return 'second-back';
  if (event.shiftKey && key === 'ArrowRight') return 'second-forth';
  // A plus may want Shift, by the keyboard.
  return event.shiftKey && key !== '+' ? undefined : PLAIN[key];
}
