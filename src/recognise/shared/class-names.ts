/** Keys under which exporters put class names into a file's metadata, or into a JSON file beside it. */
const KEYS = [
  'names', 'id2label', 'class_names', 'classNames', 'classes', 'labels', 'categories', 'label_names', 'idx_to_class', 'index_to_name', 'class_to_idx', 'label2id',
];
/** Longer ones are no names. */
const MOST_LETTERS = 200;
/** Rows of a table beyond this are no classes. */
const MOST_ROWS = 100_000;

function tidy(name: unknown): string | undefined {
  if (typeof name !== 'string' && typeof name !== 'number') return undefined;
  const text = String(name).replace(/\s+/gu, ' ').trim();
  return text === '' || text.length > MOST_LETTERS ? undefined : text;
}

/** All of them, or none where one is missing. */
function whole(names: readonly unknown[]): readonly string[] | undefined {
  const tidied = names.map(tidy);
  return names.length > 0 && tidied.every((name) => name !== undefined) ? tidied : undefined;
}

/** Names by class number, from 0 or from 1; undefined where the numbers have a gap. */
function byNumber(entries: readonly (readonly [unknown, unknown])[]): readonly string[] | undefined {
  const names: unknown[] = Array.from({ length: entries.length });
  const numberOf = (key: unknown): number => (typeof key === 'number' ? key : typeof key === 'string' && /^\d+$/.test(key) ? Number(key) : -1);
  const first = entries.some(([key]) => numberOf(key) === 0) ? 0 : 1;
  for (const [key, name] of entries) {
    const index = numberOf(key) - first;
    if (index < 0 || index >= names.length || names[index] !== undefined) return undefined;
    names[index] = name;
  }
  return whole(names);
}

/** Names of a list, of `{"0": "cat"}`, of `{"cat": 0}`, or of any of them under a usual key. */
function ofValue(value: unknown, depth = 0): readonly string[] | undefined {
  if (Array.isArray(value)) return whole(value.map((entry: unknown) => (typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : entry)));
  if (typeof value !== 'object' || value === null || depth > 3) return undefined;
  const entries = Object.entries(value);
  const direct = byNumber(entries) ?? byNumber(entries.map(([name, index]) => [index, name] as const));
  if (direct) return direct;
  for (const key of [...KEYS, 'pretrained_cfg']) {
    const found = key in value ? ofText((value as Readonly<Record<string, unknown>>)[key], depth + 1) : undefined;
    if (found) return found;
  }
  return undefined;
}

function ofText(value: unknown, depth: number): readonly string[] | undefined {
  if (typeof value !== 'string') return ofValue(value, depth);
  const parsed = parseLiteral(value);
  return parsed === undefined ? undefined : ofValue(parsed, depth);
}

/** JSON, or a Python dict or list of strings and whole numbers as `str()` writes it. Nothing of it is run. */
function parseLiteral(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return parsePython(text);
  }
}

/** A string in either quotes with its escapes, or a whole number, or a sign. */
const TOKEN = /\s*(?:([ru]?)'((?:[^'\\]|\\.)*)'|[ru]?"((?:[^"\\]|\\.)*)"|(-?\d+)|([[\]{}():,]))\s*/suy;

function unescaped(text: string): string {
  return text.replace(/\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|(.))/gisu, (_, ...found: (string | undefined)[]) => {
    const code = found[0] ?? found[1] ?? found[2];
    if (code !== undefined) return String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(code, 16)));
    return found[3] === 'n' || found[3] === 't' || found[3] === 'r' ? ' ' : (found[3] ?? '');
  });
}

/** An OrderedDict of pairs as `str()` writes it, before Python 3.12: the same as a list of pairs. */
const PAIRS = /^\s*OrderedDict\(\[(.*)\]\)\s*$/su;

/** A flat dict or list; undefined where it is anything else. */
function parsePython(whole: string): unknown {
  const pairs = PAIRS.exec(whole)?.[1];
  const text = pairs === undefined ? whole.replace(/^\s*OrderedDict\((\{.*\})\)\s*$/su, '$1') : `{${pairs.replaceAll(/\((\d+|'[^']*'|"[^"]*")\s*,\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?\d+)\s*\)/gu, '$1: $2')}}`;
  const tokens: (string | { readonly value: string | number })[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text);
    if (!found) return undefined;
    const [, , single, double, number, sign] = found as (string | undefined)[];
    const quoted = single ?? double;
    tokens.push(sign ?? { value: quoted === undefined ? Number(number) : unescaped(quoted) });
  }
  const [first] = tokens;
  const last = tokens.at(-1);
  const inner = tokens.slice(1, -1);
  if (inner.at(-1) === ',') inner.pop();
  if (first === '{' && last === '}') {
    const entries: (readonly [unknown, unknown])[] = [];
    for (let i = 0; i < inner.length; i += 4) {
      const [key, colon, value, comma] = inner.slice(i, i + 4);
      if (typeof key === 'string' || colon !== ':' || typeof value !== 'object' || (comma !== undefined && comma !== ',')) return undefined;
      entries.push([key.value, value.value]);
    }
    return Object.fromEntries(entries) as unknown;
  }
  if ((first === '[' && last === ']') || (first === '(' && last === ')')) {
    const values = inner.filter((_, i) => i % 2 === 0);
    if (inner.some((token, i) => i % 2 === 1 && token !== ',')) return undefined;
    return values.every((token) => typeof token === 'object') ? values.map(({ value }) => value) : undefined;
  }
  return undefined;
}

/** A line of a table, with quoted fields (RFC 4180). */
function fieldsOf(line: string): string[] {
  return Array.from(line.matchAll(/(?:^|[,;\t])(?:"((?:[^"]|"")*)"|([^,;\t]*))/gu), ([, quoted, plain]: (string | undefined)[]) => (quoted ?? plain ?? '').replaceAll('""', '"').trim());
}

/** As Python sorts texts: a surrogate, which begins a further letter, stands for one behind all others. */
function byCodePoints(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => Array.from(text, (letter) => letter.codePointAt(0) ?? 0));
  for (let i = 0; i < Math.min(left.length, right.length); i++) if (left[i] !== right[i]) return left[i] - right[i];
  return left.length - right.length;
}

/** A name a line, or lines of number and name in either order, with or without a heading. */
function ofLines(text: string, table: boolean): readonly string[] | undefined {
  const lines = text.replace(/^\uFEFF/u, '').split(/\r?\n/u).filter((line) => line.trim() !== '');
  if (lines.length > MOST_ROWS) return undefined;
  // "0: cat", "0 cat", "0,cat": all lines have it, and the numbers are those of the classes.
  const numbered = byNumber(lines.map((line) => {
    const found = /^\s*(\d+)\s*[:,;\t ]\s*(.+)$/u.exec(line);
    return [found?.[1], found?.[2].replace(/^"(.*)"$/u, '$1')] as const;
  }));
  if (numbered && !table) return numbered;
  if (!table) return whole(lines);
  const rows = lines.map(fieldsOf);
  const heading = rows.at(0)?.map((field) => field.toLowerCase()) ?? [];
  const nameAt = heading.findIndex((field) => /^(name|class|class_?name|label|label_?name|category)$/u.test(field));
  const indexAt = heading.findIndex((field) => /^(id|index|class_?id|class_?index|label_?id|number|#)$/u.test(field));
  const body = nameAt >= 0 || indexAt >= 0 ? rows.slice(1) : rows;
  const folderAt = heading.indexOf('folder');
  // Of a training set in folders: what is trained on it has its classes in the order of the folders' names, whatever else they are numbered by.
  if (nameAt >= 0 && folderAt >= 0) return whole(body.toSorted((a, b) => byCodePoints(a[folderAt], b[folderAt])).map((row) => row[nameAt]));
  const columns = Math.max(...rows.map((row) => row.length));
  if (columns === 1) return whole(body.map(([name]) => name));
  if (nameAt >= 0) return indexAt >= 0 ? byNumber(body.map((row) => [row[indexAt], row[nameAt]] as const)) : whole(body.map((row) => row[nameAt]));
  return byNumber(body.map((row) => [row[0], row[1]] as const)) ?? byNumber(body.map((row) => [row[1], row[0]] as const));
}

/** Class names that a model file carries; undefined where it has none. */
export function namesOfMetadata(metadata: Readonly<Record<string, string>>): readonly string[] | undefined {
  for (const key of KEYS) {
    const found = key in metadata ? (ofText(metadata[key], 0) ?? listOf(metadata[key])) : undefined;
    if (found) return found;
  }
  return 'config' in metadata ? ofText(metadata['config'], 0) : undefined;
}

/** Keys of a file's metadata that should hold class names, where none can be read. */
export function unreadNames(metadata: Readonly<Record<string, string>>): readonly string[] {
  return namesOfMetadata(metadata) ? [] : KEYS.filter((key) => (metadata[key] ?? '').trim() !== '');
}

/** "cat,dog,bird" or a name a line. */
function listOf(text: string): readonly string[] | undefined {
  if (/[{}[\]]/u.test(text)) return undefined;
  const names = text.includes('\n') ? text.split(/\r?\n/u).filter((line) => line.trim() !== '') : text.split(/[,;|]/u);
  return names.length > 1 ? whole(names) : undefined;
}

/**
 * Class names of a file that lies beside a model: labels.txt (a name a line), classes.csv, config.json with `id2label`, or a JSON list.
 * @returns undefined where there are none in it
 */
export function namesOfFile(name: string, text: string): readonly string[] | undefined {
  if (/\.json$/iu.test(name)) return ofText(text, 0);
  return /\.(csv|tsv)$/iu.test(name) ? ofLines(text, true) : (/^\s*[[{]/u.test(text) ? ofText(text, 0) : undefined) ?? ofLines(text, false);
}
