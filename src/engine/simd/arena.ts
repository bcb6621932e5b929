/** Bytes of a float32. */
const F = 4;

/** Hands out memory from one end. */
export class Arena {
  /** @param next first free byte */
  constructor(private next: number) {}

  get end(): number {
    return this.next;
  }

  /** @returns address in bytes, 64-byte aligned */
  floats(count: number): number {
    const at = (this.next + 63) & ~63;
    this.next = at + count * F;
    return at;
  }
}
