/** Pieces of text are gathered to writes of this size, characters. */
const BLOCK = 1 << 16;

/** Text as bytes in UTF-8, in larger blocks: a write for each small piece would take longer than the piece. */
export async function* textBlocks(pieces: Iterable<string> | AsyncIterable<string>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  let gathered = '';
  for await (const piece of pieces) {
    gathered += piece;
    if (gathered.length < BLOCK) continue;
    yield encoder.encode(gathered);
    gathered = '';
  }
  if (gathered !== '') yield encoder.encode(gathered);
}

const XML_ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** A text in an XML element or attribute, without what XML 1.0 cannot hold. */
export function xml(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, ' ').replace(/[&<>"']/g, (sign) => XML_ESCAPES[sign]);
}
