/** A cell: numbers are ours, texts may be anybody's. */
type Cell = string | number | undefined;

/**
 * What a spreadsheet would take for a formula, and run: such a text gets an apostrophe before it, as OWASP advises
 * (owasp.org/www-community/attacks/CSV_Injection). The full-width forms count too: Excel takes them as equal.
 */
const FORMULA = /^[\s]*[=+\-@\t\r＝＋－＠]/u;

/** One cell by RFC 4180: quoted where it holds a comma, a quote or a line break, quotes doubled. */
export function csvCell(value: Cell): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** One record by RFC 4180, with its line end. */
export function csvRecord(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** UTF-8's mark, without which Excel garbles all but English. Readers: `utf-8-sig` in Python. */
export const UTF8_MARK = '\ufeff';
