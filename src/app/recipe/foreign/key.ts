/** Looks up other keys of the same recipe by their top-level names, including flags. */
export type Given = (name: string) => unknown;

/** Translation of another tool's key. */
export type Outcome =
  | { kind: 'set'; values: Record<string, unknown> }
  /** attune does this in any case; reported as a notice. */
  | { kind: 'drop'; because: string }
  /** No equivalent: a conversion with the user's own numbers, or an alternative. */
  | { kind: 'refuse'; because: string; fix?: string }
  /** The outcome of another key covers this one. */
  | { kind: 'covered' };

export interface ForeignKey {
  /** Canonical path, if the key always maps to it. */
  path?: string;
  /** Whether it is only recognised inside its section, because its name alone is ambiguous. */
  isLocal?: true;
  /** Whether null is a value; otherwise it means that the key is not set. */
  takesNull?: true;
  read(value: unknown, given: Given): Outcome;
}

export type ForeignKeys = Record<string, ForeignKey>;

export const set = (values: Record<string, unknown>): Outcome => ({ kind: 'set', values });
export const drop = (because: string): Outcome => ({ kind: 'drop', because });
export const refuse = (because: string, fix?: string): Outcome => ({ kind: 'refuse', because, fix });
export const covered: Outcome = { kind: 'covered' };

/** A key with the same meaning under another name. */
export function renamed(path: string): ForeignKey {
  return { path, read: (value) => set({ [path]: value }) };
}

/** A key with the same meaning but other values. */
export function translated(path: string, translate: (value: unknown, given: Given) => unknown): ForeignKey {
  return { path, read: (value, given) => set({ [path]: translate(value, given) }) };
}

/** A key that has no effect on the result here. */
export function needless(because: string): ForeignKey {
  return { read: () => drop(because) };
}

/** A key that is not needed if off; if on, it requests something that attune does not offer under this name. */
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

/** Splits a comma-separated text into a list; returns other values unchanged. */
export function asList(value: unknown): unknown {
  return typeof value === 'string' && value.includes(',') ? value.split(',').map((item) => item.trim()) : value;
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
