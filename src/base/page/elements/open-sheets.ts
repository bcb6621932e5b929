/** What can be closed from here. */
interface Closable {
  close(): void;
}

/** Sheets that are open, the topmost last. */
const open: Closable[] = [];
/** The entry of the history that one stands at. */
let entry = entryHere();

/** How many sheets an entry has over the page; undefined where none was ever opened there. */
function entryHere(): { readonly sheets: number | undefined; readonly address: string } {
  const state: unknown = history.state;
  const sheets = typeof state === 'object' && state !== null && 'sheets' in state && typeof state.sheets === 'number' ? state.sheets : undefined;
  return { sheets, address: location.href };
}

/**
 * A sheet opened: the history gets an entry for it, so that the way back (a browser's button, a phone's gesture) closes it and leaves nothing else.
 * Closed otherwise it leaves its entry there, as a way back takes its time: the next sheet has it, or the way back goes on over it.
 */
export function sheetOpened(sheet: Closable): void {
  open.push(sheet);
  const { sheets = 0 } = entryHere();
  if (sheets === 0) history.replaceState({ sheets: 0 }, '');
  if (sheets < open.length) history.pushState({ sheets: open.length }, '');
  entry = entryHere();
}

/** A sheet was closed, in whichever way. */
export function sheetClosed(sheet: Closable): void {
  const at = open.indexOf(sheet);
  if (at >= 0) open.splice(at, 1);
}

addEventListener('popstate', () => {
  const before = entry;
  entry = entryHere();
  const closed = open.splice(entry.sheets ?? 0);
  for (const sheet of closed.reverse()) sheet.close();
  const back = entry.sheets !== undefined && entry.sheets < (before.sheets ?? 0) && entry.address === before.address;
  if (back && closed.length === 0) history.back();
});
