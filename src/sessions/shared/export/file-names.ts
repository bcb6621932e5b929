/*
 * Names that a person gave become file names: any file system and any unzip tool must take them. The shown name is kept in
 * the data.
 */

/** Bytes in UTF-8 that a name may take: file systems take 255; room is left for a suffix, an extension, a number. */
const MOST_BYTES = 120;

/**
 * Names that Windows keeps for devices, also with an extension
 * (learn.microsoft.com/windows/win32/fileio/naming-a-file).
 */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$/i;

const encoder = new TextEncoder();

/** Letters as people count them; single code points in browsers before Intl.Segmenter (Firefox below 125). */
function letters(text: string): Iterable<string> {
  if (typeof Intl.Segmenter !== 'function') return text;
  const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text);
  return Array.from(segments, ({ segment }) => segment);
}

/** Cuts a text between letters, so that no emoji is torn apart. */
function cut(name: string, bytes: number): string {
  if (encoder.encode(name).length <= bytes) return name;
  let kept = '';
  let length = 0;
  for (const segment of letters(name)) {
    length += encoder.encode(segment).length;
    if (length > bytes) break;
    kept += segment;
  }
  return kept;
}

/**
 * A name without its extension that is safe in a file system and a zip: no separators, none of `<>:"|?*`, no control or
 * invisible direction characters, no leading dot, dash or sign of a formula, no trailing dot or space, no name of a Windows device, at most 120
 * bytes.
 * @param fallback for a name that nothing is left of
 */
export function safeName(name: string, fallback = 'unnamed', bytes = MOST_BYTES): string {
  const cleaned = name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cs}\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd]/gu, ' ')
    .replace(/[<>:"/\\|?*]/g, '_')
    .replace(/\s+/g, ' ')
    .replace(/^[ .~-]+/, '')
    // What a table of files would have to mark, so that no spreadsheet runs it (csv.ts).
    .replace(/^[=+@＝＋－＠]/u, '_');
  const short = cut(cleaned, bytes).replace(/[ .]+$/, '');
  if (short === '') return fallback;
  // `nul.txt` is as bad as `nul`.
  return RESERVED.test(short.split('.', 1)[0].trimEnd()) ? `_${short}` : short;
}

/** What file systems that ignore case and composition take as equal. */
function folded(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

/** Gives each thing a name of its own in one folder, also where case does not count. */
export class UniqueNames {
  readonly #taken = new Set<string>();

  /**
   * @param name safe already
   * @param extension with its dot
   */
  take(name: string, extension = ''): string {
    let candidate = name + extension;
    for (let n = 2; this.#taken.has(folded(candidate)); n++) candidate = `${name} (${n})${extension}`;
    this.#taken.add(folded(candidate));
    return candidate;
  }
}
