/** Whether a word is one of everyday language: a Bloom filter of dictionaries, by the first letters of each word. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isKept } from './word-filter.ts';

/** Bits of the filter; of a million entries, one word in sixty that is none is taken for one. */
export const BITS = 1 << 24;
/** What follows is inflection for the most part, and would be ten times as many entries. */
const STEM = 7;

let filter: Uint8Array | undefined;

/** What the filter keeps of a word in small letters. */
export function keyOf(lower: string): string {
  return lower.length > STEM ? `${lower.slice(0, STEM)}*` : lower;
}

export function isEveryday(lower: string): boolean {
  filter ??= readFileSync(fileURLToPath(new URL('../../../../assets/names/words.bin', import.meta.url)));
  return isKept(filter, keyOf(lower));
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
