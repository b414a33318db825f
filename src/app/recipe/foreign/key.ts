/** Other keys of the same recipe, by the name they would have at its top level (flags included). */
export type Given = (name: string) => unknown;

/** Translation of another tool's key. */
export type Outcome =
  | { kind: 'set'; values: Record<string, unknown> }
  /** Attune does this anyway: said, not silent. */
  | { kind: 'drop'; because: string }
  /** No equal meaning: the conversion with the user's own numbers, or what to do instead. */
  | { kind: 'refuse'; because: string; fix?: string }
  /** Another key's outcome covers this one. */
  | { kind: 'covered' };

export interface ForeignKey {
  /** Canonical path, where the key is a plain renaming or always lands there. */
  path?: string;
  /** Read inside its section only: the name alone could be several settings. */
  isLocal?: true;
  /** Whether null is a value; otherwise it means that the key is unset. */
  takesNull?: true;
  read(value: unknown, given: Given): Outcome;
}

export type ForeignKeys = Record<string, ForeignKey>;

export const set = (values: Record<string, unknown>): Outcome => ({ kind: 'set', values });
export const drop = (because: string): Outcome => ({ kind: 'drop', because });
export const refuse = (because: string, fix?: string): Outcome => ({ kind: 'refuse', because, fix });
export const covered: Outcome = { kind: 'covered' };

/** Equal in meaning under another name. */
export function renamed(path: string): ForeignKey {
  return { path, read: (value) => set({ [path]: value }) };
}

/** Equal in meaning with values of its own. */
export function translated(path: string, translate: (value: unknown, given: Given) => unknown): ForeignKey {
  return { path, read: (value, given) => set({ [path]: translate(value, given) }) };
}

/** Without effect on the result here. */
export function needless(because: string): ForeignKey {
  return { read: () => drop(because) };
}

/** Needless when off; when on, something that attune does not offer under this name. */
export function offOnly(because: string, fix?: string): ForeignKey {
  return { read: (value) => (isOff(value) ? drop('it is disabled') : refuse(because, fix)) };
}

export function refused(because: string, fix?: string): ForeignKey {
  return { read: () => refuse(because, fix) };
}

/** One definition under several names. */
export function named(names: readonly string[], key: ForeignKey): ForeignKeys {
  return Object.fromEntries(names.map((name) => [name, key]));
}

export function isOff(value: unknown): boolean {
  return value === false || value === 'no' || value === 'none' || value === 0 || value === '';
}

/** A comma-separated text as a list; anything else unchanged. */
export function asList(value: unknown): unknown {
  return typeof value === 'string' && value.includes(',') ? value.split(',').map((item) => item.trim()) : value;
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
