import { ownCopy } from './own-copy.ts';

/** Longer texts hardly recur. */
const LONGEST = 64;

/**
 * Memoises a function of a string, for words that recur. It keeps copies, not slices of the texts, and is cleared
 * when it is full.
 */
export function remembered<Value>(most: number, make: (word: string) => Value): (word: string) => Value {
  const known = new Map<string, Value>();
  return (word) => {
    const before = known.get(word);
    if (before !== undefined || known.has(word)) return before as Value;
    const own = ownCopy(word);
    const value = make(own);
    if (own.length > LONGEST) return value;
    if (known.size >= most) known.clear();
    known.set(own, value);
    return value;
  };
}

/** The same for a function of objects, by identity. */
export function rememberedFor<Key extends object, Value extends object>(
  most: number,
  make: (key: Key) => Value,
): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    if (known.size >= most) known.clear();
    const value = make(key);
    known.set(key, value);
    return value;
  };
}
