/**
 * GPT-2's reversible map between the 256 byte values and printable characters: a printable byte maps to itself, the
 * others to code points from 256 on, in order. Vocabularies of byte-level tokenizers use it.
 */
export const byteToCharacter: readonly string[] = buildAlphabet();

const characterToByte = new Map(byteToCharacter.map((character, byte) => [character, byte]));

function buildAlphabet(): string[] {
  const prints = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(prints(byte) ? byte : next++));
}

/** Encodes bytes in the alphabet. */
export function spellBytes(bytes: Uint8Array): string {
  let spelling = '';
  for (const byte of bytes) spelling += byteToCharacter[byte];
  return spelling;
}

/** Decodes a vocabulary entry; undefined if it has a character outside the alphabet. */
export function unspellBytes(spelling: string): Uint8Array | undefined {
  const bytes = new Uint8Array(spelling.length);
  for (let i = 0; i < spelling.length; i++) {
    const byte = characterToByte.get(spelling[i]);
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}
