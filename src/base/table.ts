/**
 * An object as a table of names: `table[name]` is what was put there or undefined, whatever the name. A plain object
 * would find "constructor" and "__proto__", too, and lose what is assigned to the latter.
 */
export function table<Entries extends object>(entries: Entries): Entries {
  return Object.assign(Object.create(null) as Entries, entries);
}

/** Own property of an object; undefined also if there is no object. */
export function entryOf<Value>(holder: Readonly<Record<string, Value>> | null | undefined, name: string): Value {
  return (holder !== undefined && holder !== null && Object.hasOwn(holder, name) ? holder[name] : undefined) as Value;
}
