/** Sheets that were opened, the topmost last. */
let sheets: readonly HTMLDialogElement[] = [];
/** The entry of the history that one stands at. */
let entry = entryHere();

/** How many sheets an entry has over the page; undefined where none was ever opened there. */
function entryHere(): { readonly sheets: number | undefined; readonly address: string } {
  const state: unknown = history.state;
  const sheets = typeof state === 'object' && state !== null && 'sheets' in state && typeof state.sheets === 'number' ? state.sheets : undefined;
  return { sheets, address: location.href };
}

/** Those that still are: asked of the dialogs themselves, which tell of a close a little later, and of none where they were taken off the page. */
function openSheets(): readonly HTMLDialogElement[] {
  return (sheets = sheets.filter((sheet) => sheet.open && sheet.isConnected));
}

/**
 * A sheet opened: the history gets an entry for it, so that the way back (a browser's button, a phone's gesture) closes it and leaves nothing else.
 * Closed otherwise it leaves its entry there, as a way back takes its time: the next sheet has it, or the way back goes on over it.
 */
export function sheetOpened(sheet: HTMLDialogElement): void {
  // It may have been open before.
  sheets = [...openSheets().filter((other) => other !== sheet), sheet];
  const { sheets: over = 0 } = entryHere();
  if (over === 0) history.replaceState({ sheets: 0 }, '');
  if (over < sheets.length) history.pushState({ sheets: sheets.length }, '');
  entry = entryHere();
}

addEventListener('popstate', () => {
  const before = entry;
  entry = entryHere();
  const closed = openSheets().slice(entry.sheets ?? 0);
  for (const sheet of closed.reverse()) sheet.close();
  const back = entry.sheets !== undefined && entry.sheets < (before.sheets ?? 0) && entry.address === before.address;
  if (back && closed.length === 0) history.back();
});
