import { Budget } from './budget.ts';
import { typeError } from './errors.ts';
import { fromData } from './from-data.ts';
import { floatText } from './numbers.ts';
import { asText, Dict, Float, JsonText, Tuple, typeName, type Value } from './values.ts';

export interface JsonOptions {
  ensureAscii: boolean;
  /** Indentation per level; undefined for a single line. */
  indent: string | undefined;
  separators: readonly [item: string, key: string];
  /** Sorts keys; their order is kept without it. */
  order?: (a: Value, b: Value, budget: Budget) => number;
}

/** Python's json.dumps. @throws TypeError for values that are not JSON */
export function toJson(value: Value, options: JsonOptions, budget: Budget): string {
  const parts: string[] = [];
  new JsonWriter(options, budget, parts).write(value, '\n');
  budget.checkLength(parts.reduce((sum, part) => sum + part.length, 0));
  return parts.join('');
}

/** Data on a single line, as `tojson` formats it by default. */
export function plainJson(data: unknown): string {
  const budget = new Budget({ units: Infinity, characters: Infinity });
  const options: JsonOptions = { ensureAscii: false, indent: undefined, separators: [', ', ': '] };
  return toJson(fromData(data, budget), options, budget);
}

class JsonWriter {
  readonly #options: JsonOptions;
  readonly #budget: Budget;
  readonly #parts: string[];

  constructor(options: JsonOptions, budget: Budget, parts: string[]) {
    this.#options = options;
    this.#budget = budget;
    this.#parts = parts;
  }

  /** `line`: a line break with the indentation of the value. */
  write(value: Value, line: string): void {
    const scalar = this.#scalar(value);
    if (scalar !== undefined) {
      this.#parts.push(scalar);
      return;
    }
    this.#budget.nested(() => {
      if (value instanceof JsonText) this.#writeDict(value.mapping, line);
      else if (value instanceof Dict) this.#writeDict(value, line);
      else if (Array.isArray(value)) this.#writeList(value, line);
      else if (value instanceof Tuple) this.#writeList(value.items, line);
      else throw typeError(`Object of type ${typeName(value)} is not JSON serializable`);
    });
  }

  #scalar(value: Value): string | undefined {
    this.#budget.charge(2);
    if (value === null) return 'null';
    if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return String(value);
    if (value instanceof Float) return jsonFloat(value.value);
    const text = value instanceof JsonText ? undefined : asText(value);
    return text === undefined ? undefined : this.#quoted(text);
  }

  #quoted(text: string): string {
    this.#budget.chargeText(text.length * 2);
    if (this.#options.ensureAscii) return JSON.stringify(text).replaceAll(/[^\0-\x7e]/g, codeEscape);
    if (text.isWellFormed()) return JSON.stringify(text);
    // Python leaves half of a surrogate pair unchanged.
    // oxlint-disable-next-line no-control-regex -- JSON escapes exactly these
    return `"${text.replaceAll(/[\0-\x1f"\\]/g, (character) => JSON.stringify(character).slice(1, -1))}"`;
  }

  #writeList(items: readonly Value[], line: string): void {
    this.#writeItems(['[', ']'], items, line, (item, inner) => this.write(item, inner));
  }

  #writeDict(dict: Dict, line: string): void {
    const { order, separators } = this.#options;
    const items = [...dict.items()];
    if (order !== undefined) items.sort(([a], [b]) => order(a, b, this.#budget));
    this.#writeItems(['{', '}'], items, line, ([key, value], inner) => {
      this.#parts.push(this.#keyText(key), separators[1]);
      this.write(value, inner);
    });
  }

  // oxlint-disable-next-line max-params -- brackets, elements, indentation, and a writer for one element
  #writeItems<T>(
    [open, close]: readonly [string, string],
    items: readonly T[],
    line: string,
    write: (item: T, inner: string) => void,
  ): void {
    if (items.length === 0) {
      this.#parts.push(open + close);
      return;
    }
    const { indent, separators } = this.#options;
    const inner = indent === undefined ? '' : line + indent;
    this.#budget.checkLength(inner.length);
    this.#parts.push(open);
    for (const [index, item] of items.entries()) {
      this.#budget.chargeText(inner.length);
      this.#parts.push(index === 0 ? inner : separators[0] + inner);
      write(item, inner);
    }
    this.#parts.push(indent === undefined ? close : line + close);
  }

  #keyText(key: Value): string {
    const text = asText(key);
    if (text !== undefined) return this.#quoted(text);
    const isKey = key === null || typeof key !== 'object' || key instanceof Float;
    if (isKey) return `"${this.#scalar(key)}"`;
    throw typeError(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
  }
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return floatText(value);
}

function codeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
