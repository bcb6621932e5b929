import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './compile';

const HEADER = 'src/engine/kernels/operator.h';
/** What is generated of it. */
export const OPERATOR_FIELDS = join(root, 'src/engine/simd/operator-fields.ts');

/** Of every field: `int32_t`, `float`, and pointers in 32-bit WebAssembly. */
const FIELD_BYTES = 4;

/** CONV1_POOL and columns_step as conv1Pool and columnsStep. */
const camelCase = (name: string): string =>
  name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

function inner(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`${HEADER} has nothing of the form ${pattern}.`);
  return found;
}

/** Members of a C structure: names, and how many of each. @throws Error where one has not 4 bytes */
function membersOf(body: string): { readonly name: string; readonly count: number }[] {
  return body
    .split(';')
    .map((part) => part.trim())
    .filter(Boolean)
    .flatMap((declaration) => {
      const names = /^(?:int32_t|float|const float)\s+(.*)$/s.exec(declaration)?.[1];
      if (names === undefined) throw new Error(`${HEADER}: "${declaration}" has not ${FIELD_BYTES} bytes for sure.`);
      return names.split(',').map((each) => {
        const [, name, count = '1'] = /^\s*\*?\s*(\w+)(?:\[(\d+)\])?\s*$/.exec(each) ?? [];
        if (name === undefined) throw new Error(`${HEADER}: "${each}" is not understood.`);
        return { name, count: Number(count) };
      });
    });
}

/**
 * The planner's view of the structure that the kernels read, as the text of a module.
 *
 * @param header text of operator.h: `enum Kind`, and the first structure, whose array pads what changes while the
 *   network runs
 */
export function operatorFields(header = readFileSync(join(root, HEADER), 'utf8')): string {
  const code = header.replace(/\/\/.*/g, '');
  const kinds = inner(code, /enum Kind \{([^}]*)\}/)
    .split(',')
    .map((line) => line.trim())
    .filter(Boolean);
  const members = membersOf(inner(code, /typedef struct \{([^}]*)\}/));
  const first = members.findIndex(({ count }) => count > 1) + 1;
  if (first === 0 || members.slice(first).some(({ count }) => count > 1))
    throw new Error(`${HEADER} has not one array, which is the padding.`);
  const words = members.slice(0, first).reduce((sum, { count }) => sum + count, 0);
  const fields = members.slice(first).map(({ name }) => `'${camelCase(name)}',`);
  const lines = fields.reduce<string[]>((all, field) => {
    const longer = `${all.at(-1) ?? ''} ${field}`;
    return all.length > 0 && longer.length <= 118 ? [...all.slice(0, -1), longer] : [...all, ` ${field}`];
  }, []);
  return [
    `// Generated from ${HEADER} by npm run tool -- kernels: change that file, then run it again.`,
    '',
    '/** Kernels by number. */',
    'export const Kind = {',
    ...kinds.map((kind) => {
      const [, name, value] = /^(\w+) = (\d+)$/.exec(kind) ?? [];
      if (name === undefined) throw new Error(`${HEADER}: "${kind}" has no number.`);
      return `  ${camelCase(name)}: ${value},`;
    }),
    '} as const;',
    '',
    '/** What the planner writes, in order, as 32-bit numbers; pointers in bytes. */',
    'export const FIELDS = [',
    ...lines.map((line) => ` ${line}`),
    '] as const;',
    '',
    '/** The counters and their padding in front of the fields, in 32-bit numbers: a cache line that no field shares. */',
    `export const FIRST_FIELD = ${words};`,
    '/** Of the whole structure. */',
    `export const OPERATOR_BYTES = ${(words + fields.length) * FIELD_BYTES};`,
    '',
  ].join('\n');
}
