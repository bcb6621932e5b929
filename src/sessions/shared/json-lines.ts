/** One value a line, as it is appended to a .jsonl file. */
export function toJsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/**
 * Reads a .jsonl file. A line that is no JSON is left out: a crash may have torn the last one that was being written.
 * @param isValue whether a parsed line is what is looked for; others are left out as well
 */
export function parseJsonLines<T>(text: string, isValue: (value: unknown) => value is T): T[] {
  const values: T[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      continue;
    }
    if (isValue(value)) values.push(value);
  }
  return values;
}
