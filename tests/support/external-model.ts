/** Where a tensor's numbers lie, as its file says: what is left out is not said. */
export interface ExternalPlace {
  readonly location: string;
  readonly offset?: number | string;
  readonly length?: number | string;
}

const text = (written: string): Uint8Array => new TextEncoder().encode(written);

/** A length-delimited field of a protocol buffer message. */
function field(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  const head = [number * 8 + 2];
  let left = body.length;
  for (; left > 127; left >>>= 7) head.push((left & 0x7f) | 0x80);
  return Buffer.concat([Uint8Array.from([...head, left]), body]);
}

/** An .onnx file that holds nothing but initializers of floats, whose numbers lie in files beside it (onnx.proto, TensorProto). */
export function externalModel(places: readonly ExternalPlace[]): Uint8Array<ArrayBuffer> {
  const tensors = places.map((place, i) => {
    const entries = Object.entries(place).map(([key, value]) => field(13, field(1, text(key)), field(2, text(String(value)))));
    return field(5, Uint8Array.of(2 * 8, 1), field(8, text(`w${i}`)), ...entries, Uint8Array.of(14 * 8, 1));
  });
  return new Uint8Array(field(7, ...tensors));
}
