import type { Problem } from '../../base/errors.ts';
import { isPlainObject } from '../../base/plain-object.ts';
import { describePlace, problemAt, type RecipeOrigin, type Written } from './origin.ts';

/** A canonical key with its unchecked value. */
export interface Setting {
  value: unknown;
  written: Written;
  /** The flag's raw text, if the value was only guessed from it. */
  text?: string;
}

/** A recipe's settings by canonical path. Two different values for one path are reported as a problem. */
export class Settings {
  readonly problems: Problem[] = [];
  readonly notices: string[] = [];
  readonly origin: RecipeOrigin;
  readonly #byPath = new Map<string, Setting>();
  readonly #refused = new Set<string>();

  constructor(origin: RecipeOrigin) {
    this.origin = origin;
  }

  set(path: string, setting: Setting): void {
    const value = this.#plain(setting.value, setting.written);
    const earlier = this.#byPath.get(path);
    if (earlier !== undefined && !overrides(setting, earlier)) {
      this.#compare(path, earlier, setting);
      return;
    }
    this.#byPath.set(path, { ...setting, value });
  }

  get(path: string): Setting | undefined {
    return this.#byPath.get(path);
  }

  delete(path: string): void {
    this.#byPath.delete(path);
  }

  entries(): IterableIterator<[string, Setting]> {
    return this.#byPath.entries();
  }

  problem(written: Written, message: string, fix?: string): void {
    this.problems.push(problemAt(this.origin, written, message, fix));
  }

  /** Reports a refused key, and remembers its path so that the canonical key is not reported as missing too. */
  refuse(written: Written, reason: { because: string; fix?: string }, path: string | undefined): void {
    this.problem(written, reason.because, reason.fix);
    if (path !== undefined) this.#refused.add(path);
  }

  isRefused(path: string): boolean {
    return this.#refused.has(path);
  }

  notice(written: Written, message: string): void {
    this.notices.push(`${describePlace(this.origin, written)} ${message}`);
  }

  #compare(path: string, earlier: Setting, later: Setting): void {
    const [first, second] = [earlier.value, later.value].map((value) => JSON.stringify(value));
    if (first === second) return;
    const other = `${describePlace(this.origin, earlier.written)} says ${first}`;
    this.problem(later.written, `is ${second}, but ${other}, and both set ${path}`, `keep one, as ${path}`);
  }

  /** Accepts JSON values only, since a recipe is stored with its run. */
  #plain(value: unknown, written: Written): unknown {
    const strange = findStrange(value);
    if (strange === undefined) return value;
    const fix =
      strange === 'a function'
        ? 'export it from a file and write "./file.ts#name", so that the run can be stored and repeated'
        : 'write plain JSON: text, number, true, false, null, list or object';
    this.problem(written, `${strange} cannot be stored with the run`, fix);
    return undefined;
  }
}

/** Whether a setting overrides another one: a flag overrides the file. */
function overrides(later: Setting, earlier: Setting): boolean {
  return later.written.path === undefined && earlier.written.path !== undefined;
}

function findStrange(value: unknown): string | undefined {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint' || typeof value === 'symbol') return `a ${typeof value}`;
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return value.map(findStrange).find((found) => found !== undefined);
  if (!isPlainObject(value)) return `a ${value.constructor?.name ?? 'special object'}`;
  return Object.values(value)
    .map(findStrange)
    .find((found) => found !== undefined);
}
