import { parseRecognition, SessionFormatError } from './parse';
import type { RecognitionEntry } from './session';

/** A line longer than this is no line of ours, characters. */
const LONGEST_LINE = 1_000_000;

/** How a file of lines is read. */
export interface LineOptions<T> {
  readonly parse: (value: unknown) => T;
  /** For messages: the file's name. */
  readonly file: string;
  /** True to leave out lines that are not what they should be, as the store does: a crash may have torn one. */
  readonly forgiving?: boolean;
}

/**
 * Reads a file of one JSON value a line, a chunk at a time: no more than a chunk and a line are in memory.
 * @throws SessionFormatError that names the line, unless it is to be forgiving
 */
export async function* readJsonLines<T>(chunks: AsyncIterable<Uint8Array>, options: LineOptions<T>): AsyncGenerator<T> {
  const decoder = new TextDecoder();
  let rest = '';
  let line = 0;
  let tooLong = false;
  const values = (text: string): T[] => {
    line++;
    if (text.trim() === '') return [];
    try {
      return [options.parse(JSON.parse(text))];
    } catch (error) {
      if (options.forgiving) return [];
      throw new SessionFormatError(`${options.file}, line ${line}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let to = rest.indexOf('\n'); to >= 0; to = rest.indexOf('\n', from)) {
      yield* values(tooLong ? '' : rest.slice(from, to));
      tooLong = false;
      from = to + 1;
    }
    rest = rest.slice(from);
    if (rest.length <= LONGEST_LINE) continue;
    if (!options.forgiving) throw new SessionFormatError(`${options.file}, line ${line + 1} is too long.`);
    // It is left out to its end, and is not held meanwhile.
    rest = '';
    tooLong = true;
  }
  yield* values(tooLong ? '' : rest + decoder.decode());
}

/**
 * Reads a file of recognitions whose times must not run backwards, as they are written.
 * @param file its name, for messages
 * @param forgiving true to leave out what cannot be read, or is earlier than what came before
 * @throws SessionFormatError unless it is to be forgiving
 */
export async function* readRecognitions(chunks: AsyncIterable<Uint8Array>, file: string, forgiving = false): AsyncGenerator<RecognitionEntry> {
  let count = 0;
  let last = 0;
  for await (const entry of readJsonLines(chunks, { parse: parseRecognition, file, forgiving })) {
    count++;
    if (entry.timeUs < last) {
      if (forgiving) continue;
      throw new SessionFormatError(`${file}, line ${count}: times run backwards.`);
    }
    last = entry.timeUs;
    yield entry;
  }
}
