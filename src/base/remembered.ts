import { ownCopy } from './own-copy.ts';

/** Longer strings rarely recur. */
const LONGEST = 64;

/** Memoises a function of short strings. Keys are copies, not slices of the texts, and the cache is cleared when full. */
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

/** Memoises a function of objects by identity. */
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
