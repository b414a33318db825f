/**
 * An object used as a table of names: `table[name]` is the value assigned to it or undefined, for any name. A plain
 * object would also find "constructor" and "__proto__", and lose assignments to the latter.
 */
export function table<Entries extends object>(entries: Entries): Entries {
  return Object.assign(Object.create(null) as Entries, entries);
}

/** Own property of an object; undefined also if there is no object. */
export function entryOf<Value>(holder: Readonly<Record<string, Value>> | null | undefined, name: string): Value {
  return (holder !== undefined && holder !== null && Object.hasOwn(holder, name) ? holder[name] : undefined) as Value;
}
