import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFigures } from './figures';

const PERFORMANCE = join(fileURLToPath(new URL('../..', import.meta.url)), 'docs/performance.md');

const HEAD = `# Performance

Each table is written by the command beside it, which measures the built app in Chromium; \`npm run bench\` lists them. What is
compared is measured in interleaved rounds of one run, so that whatever else the machine does hits all alike.

The machine has two cores and other work beside it, so milliseconds differ from run to run, by a tenth and at times by more: compare
within a table, and trust ratios and least values before medians and p95.
`;

/** Value at a share 0..1 of ascending numbers (nearest rank). */
export function at(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

export function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/** A Markdown table; numbers get one decimal, NaN and undefined a dash. */
export function table(head: readonly string[], rows: readonly (readonly (string | number | undefined)[])[]): string {
  const cell = (value: string | number | undefined): string =>
    value === undefined || Number.isNaN(value) ? '–' : typeof value === 'number' ? value.toFixed(1) : value;
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
}

/** The line that says what a part was measured on. */
export function machine(chromium: string): string {
  return `${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${cpus()[0].model.trim()}, Chromium ${chromium}.`;
}

/**
 * Puts a part into a page, docs/performance.md if left out, in place of what it said before, and fills the figures that
 * other sentences take from it.
 */
export function writePart(name: string, text: string, path = PERFORMANCE): void {
  console.log(`\n${text}\n`);
  const begin = `<!-- ${name} -->`;
  const end = `<!-- end ${name} -->`;
  const block = `${begin}\n${text.trim()}\n${end}\n`;
  const before = existsSync(path) ? readFileSync(path, 'utf8') : HEAD;
  const page = path !== PERFORMANCE || before.includes('<!-- ') ? before : HEAD;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  const next =
    from < 0 || to < 0
      ? `${page.trimEnd()}\n\n${block}`
      : page.slice(0, from) + block.trimEnd() + page.slice(to + end.length);
  writeFileSync(path, next);
  writeFigures();
}
