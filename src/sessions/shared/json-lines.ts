/** One value a line, as it is appended to a .jsonl file. */
export function toJsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** What a .jsonl file holds. */
export interface JsonLines<T> {
  readonly values: readonly T[];
  /** Lines that are none of what is looked for, as they stand. The last one is not among them where a crash tore it. */
  readonly unreadable: readonly string[];
}

function valueOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Reads a .jsonl file. @param isValue whether a parsed line is what is looked for */
export function sortJsonLines<T>(text: string, isValue: (value: unknown) => value is T): JsonLines<T> {
  const values: T[] = [];
  const unreadable: string[] = [];
  // Zeros are the room that a recorder had taken.
  const lines = text.replace(/\0+$/, '').split('\n');
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const value = valueOf(line);
    if (isValue(value)) values.push(value);
    else if (value !== undefined || i < lines.length - 1) unreadable.push(line);
  }
  return { values, unreadable };
}

/** As {@link sortJsonLines}, with what cannot be read left out. */
export function parseJsonLines<T>(text: string, isValue: (value: unknown) => value is T): T[] {
  return [...sortJsonLines(text, isValue).values];
}
