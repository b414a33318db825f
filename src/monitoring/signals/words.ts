/** Word counts of a text in hashed buckets: enough to detect a change of topic, too little to reconstruct the text. */

/** Size of a trace's word counts: 128 bytes. */
export const BUCKETS = 128;
const MOST_WORDS = 500;
const MOST_CHARACTERS = 8000;

/** `salt` differs between stores, so that words cannot be looked up. Counts saturate at 255. */
export function countWords(text: string, salt: number): Uint8Array {
  const counts = new Uint8Array(BUCKETS);
  const most = Math.min(text.length, MOST_CHARACTERS);
  let hash = salt;
  let words = 0;
  let isWord = false;
  for (let at = 0; at <= most && words < MOST_WORDS; at++) {
    const code = at === most ? 32 : lower(text.charCodeAt(at));
    if (isLetter(code)) {
      hash = Math.imul(hash ^ code, 0x01000193);
      isWord = true;
    } else if (isWord) {
      const bucket = mix(hash) % BUCKETS;
      if (counts[bucket] < 255) counts[bucket]++;
      words++;
      hash = salt;
      isWord = false;
    }
  }
  return counts;
}

function lower(code: number): number {
  return code >= 65 && code <= 90 ? code + 32 : code;
}

/** Digits are excluded: order numbers are unrelated to a request's topic. */
function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || code > 191;
}

function mix(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x45d9f3b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
