import { AttuneError, type ErrorCode } from './errors.ts';
import { nearest } from './nearest.ts';

/**
 * A lazy, typed table of implementations: one line per entry, loaded on first use. The type, the command line's
 * choices, the error's list of known names and the contract tests all come from it.
 */
export interface Registry<Entry, Name extends string = string> {
  /** Kind of entries, for messages: "model type", "objective". */
  readonly kind: string;
  readonly names: readonly Name[];
  has(name: string): name is Name;
  /** Loads one entry; an unknown name is an error that lists the known ones. */
  load(name: string): Promise<Entry>;
}

export function defineRegistry<Entry, Name extends string>(
  kind: string,
  code: ErrorCode,
  table: Record<Name, () => Promise<Entry>>,
): Registry<Entry, Name> {
  const names = Object.keys(table) as Name[];
  const has = (name: string): name is Name => Object.hasOwn(table, name);
  return {
    kind,
    names,
    has,
    async load(name) {
      if (!has(name)) throw unknownName(kind, code, name, names);
      return table[name]();
    },
  };
}

/** "unknown objective "sfft". Known: …; did you mean "sft"?" */
export function unknownName(kind: string, code: ErrorCode, name: string, known: readonly string[]): AttuneError {
  const close = nearest(name, known);
  return new AttuneError(code, {
    what: `Unknown ${kind} "${name}"`,
    expected: `one of ${known.join(', ')}`,
    fix: close === undefined ? `choose a known ${kind}` : `did you mean "${close}"?`,
  });
}
