/** Whether a word is one of everyday language: a Bloom filter of dictionaries, by the first letters of each word. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Bits of the filter; of a million entries, one word in sixty that is none is taken for one. */
export const BITS = 1 << 24;
const HASHES = 5;
/** What follows is inflection for the most part, and would be ten times as many entries. */
const STEM = 7;

let filter: Uint8Array | undefined;

/** Where the bits of a word in small letters are. */
export function* bitsOf(lower: string): Generator<number> {
  const key = lower.length > STEM ? `${lower.slice(0, STEM)}*` : lower;
  let [one, two] = [0x811c9dc5, 0x9747b28c];
  for (let at = 0; at < key.length; at++) {
    one = Math.imul(one ^ key.charCodeAt(at), 0x01000193);
    two = Math.imul(two ^ key.charCodeAt(at), 0x5bd1e995);
  }
  one ^= one >>> 15;
  two = (two ^ (two >>> 13)) | 1;
  for (let index = 0; index < HASHES; index++) yield (one + Math.imul(index, two)) & (BITS - 1);
}

export function isEveryday(lower: string): boolean {
  filter ??= readFileSync(fileURLToPath(new URL('../../../../assets/names/words.bin', import.meta.url)));
  for (const bit of bitsOf(lower)) if ((filter[bit >> 3] & (1 << (bit & 7))) === 0) return false;
  return true;
}

const [LEAST_HEAD, LEAST_TAIL] = [3, 4];
/** Between the parts of German, Dutch and Scandinavian nouns: "Geburts+tag", "Leisten+bruch". */
const JOINTS = ['', 's', 'n', 'en', 'es', 'e'];

/** Whether a word in small letters is put together of two of everyday language: "leitersturz". */
export function isCompound(lower: string): boolean {
  for (let at = LEAST_HEAD; at <= lower.length - LEAST_TAIL; at++) {
    if (!isEveryday(lower.slice(at))) continue;
    const head = lower.slice(0, at);
    for (const joint of JOINTS)
      if (head.endsWith(joint) && at - joint.length >= LEAST_HEAD && isEveryday(head.slice(0, at - joint.length)))
        return true;
  }
  return false;
}
