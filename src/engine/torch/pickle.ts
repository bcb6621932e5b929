import { EngineError } from '../engine-error.ts';

/** The pickle holds something that state dicts of tensors do not need, or is cut off. */
export class PickleError extends EngineError {
  override readonly name = 'PickleError';

  constructor(message: string, options?: ErrorOptions) {
    super('model-invalid', message, options);
  }
}

/** A name that the pickle mentions (module and attribute). It is data here: nothing is imported or called. */
export interface PickleGlobal {
  readonly global: string;
}

/** What `BINPERSID` points to: torch's storages. */
export interface PersistentId {
  readonly persistentId: PickleValue;
}

/** A recorded call of the pickle that was not made. */
export interface PickleCall {
  readonly callee: string;
  readonly args: readonly PickleValue[];
}

export type PickleValue =
  | null | boolean | number | bigint | string | PickleGlobal | PersistentId | PickleCall | Map<PickleValue, PickleValue> | PickleValue[];

/** Steps of a pickle: a checkpoint with an optimiser has some ten thousand. Each may leave a value, larger than its byte in the file. */
const MOST_STEPS = 2_000_000;

const MARK = Symbol('mark');
type Slot = PickleValue | typeof MARK;

const isGlobal = (v: Slot): v is PickleGlobal => typeof v === 'object' && v !== null && 'global' in v;

/**
 * Reads one pickle (protocol 2 to 4, the opcodes that torch.save writes) as plain data. No code of the file is run: globals
 * stay names, and calls are recorded as data, but for `collections.OrderedDict()`, which is an empty map.
 * Opcodes: CPython, Lib/pickletools.py.
 */
export class PickleReader {
  #at: number;
  readonly #view: DataView;

  constructor(private readonly bytes: Uint8Array, offset = 0) {
    this.#at = offset;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the next pickle, or what follows the pickles, begins. */
  get offset(): number {
    return this.#at;
  }

  #take(count: number): number {
    const at = this.#at;
    if (at + count > this.bytes.length) throw new PickleError('The pickle is cut off.');
    this.#at += count;
    return at;
  }

  #text(length: number): string {
    const at = this.#take(length);
    return new TextDecoder().decode(this.bytes.subarray(at, at + length));
  }

  #line(): string {
    const end = this.bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw new PickleError('The pickle is cut off.');
    const text = new TextDecoder('latin1').decode(this.bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return text;
  }

  /** @throws PickleError for opcodes that torch's state dicts do not use, and where the bytes end too early */
  read(): PickleValue {
    const stack: Slot[] = [];
    const memo = new Map<number, Slot>();
    const { bytes } = this;
    const view = this.#view;
    const pop = (): PickleValue => {
      const value = stack.pop();
      if (value === undefined || value === MARK) throw new PickleError('The pickle is damaged: its stack is empty.');
      return value;
    };
    const popToMark = (): PickleValue[] => {
      const mark = stack.lastIndexOf(MARK);
      if (mark < 0) throw new PickleError('The pickle is damaged: a mark is missing.');
      return stack.splice(mark).slice(1) as PickleValue[];
    };
    const recall = (index: number): void => {
      const value = memo.get(index);
      if (value === undefined) throw new PickleError('The pickle is damaged: it recalls what it never stored.');
      stack.push(value);
    };
    const set = (pairs: PickleValue[]): void => {
      const target = stack.at(-1);
      if (!(target instanceof Map)) throw new PickleError('The pickle sets an item of something that is no dictionary.');
      for (let i = 0; i + 1 < pairs.length; i += 2) target.set(pairs[i], pairs[i + 1]);
    };
    const append = (items: PickleValue[]): void => {
      const list = stack.at(-1);
      if (!Array.isArray(list)) throw new PickleError('The pickle appends to something that is no list.');
      for (const item of items) list.push(item);
    };
    for (let steps = 0; ; steps++) {
      if (steps > MOST_STEPS) throw new PickleError('The pickle has more steps than weights need. Save the state dict alone: torch.save(model.state_dict(), ...).');
      const op = String.fromCharCode(bytes[this.#take(1)]);
      switch (op) {
        case '\x80': this.#take(1); break;
        case '\x8a': stack.push(this.#long()); break;
        case 'M': stack.push(view.getUint16(this.#take(2), true)); break;
        case 'K': stack.push(bytes[this.#take(1)]); break;
        case 'J': stack.push(view.getInt32(this.#take(4), true)); break;
        case 'N': stack.push(null); break;
        case '\x88': stack.push(true); break;
        case '\x89': stack.push(false); break;
        case 'X': stack.push(this.#text(view.getUint32(this.#take(4), true))); break;
        case '\x8c': stack.push(this.#text(bytes[this.#take(1)])); break;
        case 'G': stack.push(view.getFloat64(this.#take(8))); break;
        // Frames only say how much follows.
        case '\x95': this.#take(8); break;
        case '\x94': memo.set(memo.size, stack.at(-1) ?? null); break;
        case '\x93': {
          const name = pop();
          const module = pop();
          if (typeof name !== 'string' || typeof module !== 'string') throw new PickleError('The pickle has a name that is no text.');
          stack.push({ global: `${module}.${name}` });
          break;
        }
        case 'c': stack.push({ global: `${this.#line()}.${this.#line()}` }); break;
        case '}': stack.push(new Map<PickleValue, PickleValue>()); break;
        case ']': case ')': stack.push([]); break;
        case '(': stack.push(MARK); break;
        case 't': stack.push(popToMark()); break;
        case '\x85': stack.push([pop()]); break;
        case '\x87': { const c = pop(); const b = pop(); stack.push([pop(), b, c]); break; }
        case 'a': { const value = pop(); append([value]); break; }
        case '\x86': { const b = pop(); stack.push([pop(), b]); break; }
        case 'q': memo.set(bytes[this.#take(1)], stack.at(-1) ?? null); break;
        case 'r': memo.set(view.getUint32(this.#take(4), true), stack.at(-1) ?? null); break;
        case 'h': recall(bytes[this.#take(1)]); break;
        case 'j': recall(view.getUint32(this.#take(4), true)); break;
        case 'Q': stack.push({ persistentId: pop() }); break;
        case 'R': { const args = pop(); stack.push(this.#call(args, pop())); break; }
        case 's': { const value = pop(); set([pop(), value]); break; }
        case 'u': set(popToMark()); break;
        case 'e': append(popToMark()); break;
        // Objects are recorded as calls are.
        case '\x81': { const args = pop(); stack.push(this.#call(args, pop())); break; }
        // State of an object (torch keeps `_metadata` of a state dict so): not weights, left out.
        case 'b': pop(); break;
        case '.': return pop();
        default: throw new PickleError(`The pickle has the opcode 0x${op.charCodeAt(0).toString(16)}, which weights do not need.`);
      }
    }
  }

  #call(args: PickleValue, callee: PickleValue): PickleValue {
    if (!isGlobal(callee) || !Array.isArray(args)) throw new PickleError('The pickle calls something that is no name.');
    return callee.global === 'collections.OrderedDict' && args.length === 0
      ? new Map<PickleValue, PickleValue>()
      : { callee: callee.global, args };
  }

  #long(): bigint {
    const length = this.bytes[this.#take(1)];
    const at = this.#take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[at + i]);
    return BigInt.asIntN(length * 8, value);
  }
}
