import { EngineError } from '../engine-error.ts';

/** Bytes of a float32. */
const F = 4;
/** Addresses of the kernels are below this, bytes. */
const MOST = 2 ** 31;

/** Hands out memory from one end. */
export class Arena {
  /** @param next first free byte */
  constructor(private next: number) {}

  get end(): number {
    return this.next;
  }

  /**
   * @returns address in bytes, 64-byte aligned
   * @throws EngineError `out-of-memory` where there is no such address
   */
  floats(count: number): number {
    const at = Math.ceil(this.next / 64) * 64;
    this.next = at + count * F;
    if (!(this.next <= MOST)) throw new EngineError('out-of-memory', `The network wants ${this.next} bytes of the kernels' memory.`);
    return at;
  }
}
