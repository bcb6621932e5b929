const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map([...ALPHABET].map((c, i) => [c.charCodeAt(0), i]));

/** Bytes as base64 (RFC 4648, section 4), for JSON. */
export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const word = (bytes[i] << 16) | ((left > 1 ? bytes[i + 1] : 0) << 8) | (left > 2 ? bytes[i + 2] : 0);
    parts.push(
      ALPHABET[word >> 18],
      ALPHABET[(word >> 12) & 63],
      left > 1 ? ALPHABET[(word >> 6) & 63] : '=',
      left > 2 ? ALPHABET[word & 63] : '=',
    );
  }
  return parts.join('');
}

/** @throws RangeError where the text is no base64 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (text.length % 4 !== 0) throw new RangeError('Base64 text has a length that no bytes give: it is cut off.');
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let at = 0;
  for (let i = 0; i < text.length; i += 4) {
    let word = 0;
    for (let j = 0; j < 4; j++) {
      const code = text.charCodeAt(i + j);
      const value = i + j >= text.length - padding ? 0 : VALUES.get(code);
      if (value === undefined) throw new RangeError(`Base64 text has a ${JSON.stringify(text[i + j])} at ${i + j}.`);
      word = (word << 6) | value;
    }
    if (at < bytes.length) bytes[at++] = word >> 16;
    if (at < bytes.length) bytes[at++] = (word >> 8) & 255;
    if (at < bytes.length) bytes[at++] = word & 255;
  }
  return bytes;
}
