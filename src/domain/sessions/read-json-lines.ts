import { SessionFormatError } from './parse';

/** A line longer than this is no line of ours, characters. */
const LONGEST_LINE = 1_000_000;

/** How a file of lines is read. */
export interface LineOptions<T> {
  readonly parse: (value: unknown) => T;
  /** For messages: the file's name. */
  readonly file: string;
  /** True to leave off a last line that is no JSON: a crash cuts off the line that was being written. */
  readonly forgiveTail?: boolean;
}

/**
 * Reads a file of one JSON value a line, a chunk at a time: no more than a chunk and a line are in memory.
 * @throws SessionFormatError that names the line
 */
export async function* jsonLines<T>(chunks: AsyncIterable<Uint8Array>, options: LineOptions<T>): AsyncGenerator<T> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let line = 0;
  const value = (text: string): T => {
    try {
      return options.parse(JSON.parse(text));
    } catch (error) {
      throw new SessionFormatError(`${options.file}, line ${line}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const decode = (chunk?: Uint8Array): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      // A cut in the middle of a letter, at the very end.
      if (chunk === undefined && options.forgiveTail) return '';
      throw new SessionFormatError(`${options.file} is no UTF-8 text.`);
    }
  };
  for await (const chunk of chunks) {
    rest += decode(chunk);
    let from = 0;
    for (let to = rest.indexOf('\n'); to >= 0; to = rest.indexOf('\n', from)) {
      line++;
      const text = rest.slice(from, to);
      from = to + 1;
      if (text.trim() !== '') yield value(text);
    }
    rest = rest.slice(from);
    if (rest.length > LONGEST_LINE) throw new SessionFormatError(`${options.file}, line ${line + 1} is too long.`);
  }
  rest += decode();
  line++;
  if (rest.trim() === '') return;
  let last: T;
  try {
    last = value(rest);
  } catch (error) {
    if (options.forgiveTail) return;
    throw error;
  }
  yield last;
}
