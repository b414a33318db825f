import type { Budget } from './budget.ts';
import { notSupported } from './errors.ts';
import { floatText } from './numbers.ts';
import {
  asText,
  Callable,
  Dict,
  DictView,
  Float,
  isNative,
  Markup,
  Namespace,
  Range,
  Tuple,
  typeName,
  Undefined,
  type Value,
  type Runtime,
} from './values.ts';

/** Python's str(). @throws NotSupported where Python prints a memory address */
export function toText(value: Value, runtime: Runtime): string {
  if (typeof value === 'string') return value;
  const text = asText(value);
  if (text !== undefined) return text;
  return value instanceof Undefined ? '' : toRepr(value, runtime);
}

/** Python's repr(). */
export function toRepr(value: Value, runtime: Runtime): string {
  const parts: string[] = [];
  new Printer(runtime, parts).print(value);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  runtime.budget.checkLength(length);
  return parts.join('');
}

class Printer {
  readonly #runtime: Runtime;
  readonly #budget: Budget;
  readonly #parts: string[];

  constructor(runtime: Runtime, parts: string[]) {
    this.#runtime = runtime;
    this.#budget = runtime.budget;
    this.#parts = parts;
  }

  print(value: Value): void {
    this.#budget.charge(3);
    if (value === null) this.#parts.push('None');
    else if (typeof value === 'boolean') this.#parts.push(value ? 'True' : 'False');
    else if (typeof value === 'number' || typeof value === 'bigint') this.#parts.push(String(value));
    else if (value instanceof Float) this.#parts.push(floatText(value.value));
    else this.#budget.nested(() => this.#printObject(value));
  }

  #printObject(value: Exclude<Value, null | boolean | number | bigint>): void {
    const text = asText(value);
    if (text !== undefined) this.#printText(value, text);
    else if (Array.isArray(value)) this.#printList('[', value, ']');
    else if (value instanceof Tuple) this.#printList('(', value.items, value.items.length === 1 ? ',)' : ')');
    else if (value instanceof Dict) this.#printDict(value);
    else if (value instanceof DictView) this.#printView(value);
    else if (value instanceof Range) {
      const step = value.step === 1 ? '' : `, ${value.step}`;
      this.#parts.push(`range(${value.start}, ${value.stop}${step})`);
    } else if (value instanceof Undefined) this.#parts.push('Undefined');
    else if (value instanceof Namespace) {
      this.#parts.push('<Namespace ');
      this.#printDict(value.attributes);
      this.#parts.push('>');
    } else this.#printOther(value);
  }

  #printOther(value: Value): void {
    if (value instanceof Callable && value.printed !== undefined) this.#parts.push(value.printed);
    else if (isNative(value) && value.print !== undefined) this.#parts.push(value.print(this.#runtime));
    else throw notSupported(`printing a ${typeName(value)}, which Python prints with its memory address,`);
  }

  #printText(value: Value, text: string): void {
    const quoted = quote(text, this.#budget);
    this.#parts.push(value instanceof Markup ? `Markup(${quoted})` : quoted);
  }

  #printList(open: string, items: readonly Value[], close: string): void {
    this.#parts.push(open);
    for (const [index, item] of items.entries()) {
      if (index > 0) this.#parts.push(', ');
      this.print(item);
    }
    this.#parts.push(close);
  }

  #printDict(dict: Dict): void {
    this.#parts.push('{');
    let first = true;
    for (const [key, value] of dict.items()) {
      if (!first) this.#parts.push(', ');
      first = false;
      this.print(key);
      this.#parts.push(': ');
      this.print(value);
    }
    this.#parts.push('}');
  }

  #printView({ kind, dict }: DictView): void {
    this.#parts.push(`dict_${kind}(`);
    const items = kind === 'keys' ? [...dict.keys()] : kind === 'values' ? [...dict.entries.values()] : undefined;
    this.#printList('[', items ?? [...dict.items()].map((item) => new Tuple(item)), ']');
    this.#parts.push(')');
  }
}

const ESCAPES = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** A text as Python's repr writes it. */
export function quote(text: string, budget: Budget): string {
  budget.chargeText(text.length * 2);
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text.replaceAll(/[\\'"]|[^\x20-\x7e]/gu, (character) => {
    if (character === '"' || character === "'") return character === mark ? `\\${character}` : character;
    return ESCAPES.get(character) ?? (isPrintable(character) ? character : codeEscape(character));
  });
  return mark + inside + mark;
}

/** Python's str.isprintable of one character. */
export function isPrintable(character: string): boolean {
  return character === ' ' || !/[\p{C}\p{Z}]/u.test(character);
}

function codeEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}
