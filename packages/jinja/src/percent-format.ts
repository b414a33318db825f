import { notSupported, TemplateFailure, typeError, valueError } from './errors.ts';
import { charactersOf, lengthOf } from './iteration.ts';
import { lookUp } from './keys.ts';
import { formatFloat, formatInt, type NumberLayout } from './number-format.ts';
import { toDouble, toIndex, truncateFloat } from './numbers.ts';
import { toRepr, toText } from './printing.ts';
import { asInt, asText, Dict, Float, Range, Tuple, typeName, Undefined, type Value, type Runtime } from './values.ts';

const DIRECTIVE = /%(?:\(([^()]*)\))?([-#0 +]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?([^])?/g;

interface Directive extends NumberLayout {
  flags: string;
  width: number;
}

/** `format % values` as Python evaluates it. @throws TypeError, ValueError */
export function percentFormat(format: string, values: Value, runtime: Runtime): string {
  runtime.budget.chargeText(format.length * 4);
  const source = new ValueSource(values);
  let length = format.length;
  const result = format.replaceAll(
    DIRECTIVE,
    (...[, name, flags = '', width, precision, kind]: [string, ...(string | undefined)[]]) => {
      if (kind === undefined) throw valueError('incomplete format');
      if (kind === '%') return '%';
      const star = (text?: string): number | undefined =>
        text === '*' ? toIndex(source.next(undefined)) : text === undefined ? undefined : Number(text);
      let given = star(width) ?? 0;
      const digits = star(precision);
      const isLeft = given < 0;
      given = Math.abs(given);
      runtime.budget.checkLength((length += given));
      runtime.budget.chargeText(given);
      const layout = { flags: isLeft ? `${flags}-` : flags, width: given, precision: digits, kind };
      const value = source.next(name);
      const text = laidOut({ ...layout, sign: signFlag(flags), alternate: flags.includes('#') }, value, runtime);
      runtime.budget.checkLength((length += text.length));
      runtime.budget.chargeText(text.length);
      return text;
    },
  );
  source.finish();
  return result;
}

function signFlag(flags: string): string {
  return flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
}

/** Supplies the values one after another, or those of a mapping by name. */
class ValueSource {
  readonly #values: Value;
  readonly #items: readonly Value[];
  #next = 0;

  constructor(values: Value) {
    this.#values = values;
    this.#items = values instanceof Tuple ? values.items : [values];
  }

  next(name: string | undefined): Value {
    if (name !== undefined) {
      if (!(this.#values instanceof Dict)) throw typeError('format requires a mapping');
      const value = lookUp(this.#values, name);
      if (value === undefined) throw new TemplateFailure('KeyError', `'${name}'`);
      this.#next = Infinity;
      return value;
    }
    const value = this.#items[this.#next++];
    if (value === undefined) throw typeError('not enough arguments for format string');
    return value;
  }

  finish(): void {
    if (this.#next >= this.#items.length) return;
    const hasItems = [Dict, Array, Undefined, Range].some((type) => this.#values instanceof type);
    if (!hasItems) throw typeError('not all arguments converted during string formatting');
  }
}

function laidOut(directive: Directive, value: Value, runtime: Runtime): string {
  const { kind, flags, width } = directive;
  if ('srac'.includes(kind)) return padded(textOf(directive, value, runtime), directive, runtime);
  const { sign, digits } = numberOf(directive, value, runtime);
  if (flags.includes('-')) return (sign + digits).padEnd(width);
  if (!flags.includes('0')) return (sign + digits).padStart(width);
  const prefix = /^0[xXo]/.exec(digits)?.[0] ?? '';
  return sign + prefix + digits.slice(prefix.length).padStart(width - sign.length - prefix.length, '0');
}

function textOf({ kind, precision }: Directive, value: Value, runtime: Runtime): string {
  if (kind === 'c') return character(value, runtime);
  if (kind === 'a') throw notSupported('%a');
  const text = kind === 'r' ? toRepr(value, runtime) : toText(value, runtime);
  return precision === undefined ? text : charactersOf(text, runtime.budget).slice(0, precision).join('');
}

function character(value: Value, runtime: Runtime): string {
  const text = asText(value);
  if (text !== undefined && lengthOf(text, runtime.budget) === 1) return text;
  const code = asInt(value);
  if (code === undefined || code < 0 || code > 0x10ffff) throw typeError('%c requires int or char');
  return String.fromCodePoint(Number(code));
}

function padded(text: string, { flags, width }: Directive, runtime: Runtime): string {
  const missing = ' '.repeat(Math.max(0, width - lengthOf(text, runtime.budget)));
  return flags.includes('-') ? text + missing : missing + text;
}

function numberOf(directive: Directive, value: Value, runtime: Runtime): { sign: string; digits: string } {
  const { kind } = directive;
  if ('eEfFgG'.includes(kind)) return formatFloat(toDouble(value), directive);
  if (!'diuxXo'.includes(kind)) throw valueError(`unsupported format character '${kind}'`);
  const int = asInt(value);
  if (int !== undefined) return formatInt(int, directive, runtime.budget);
  if (value instanceof Float && 'diu'.includes(kind))
    return formatInt(truncateFloat(value.value), directive, runtime.budget);
  const wanted = 'diu'.includes(kind) ? 'a real number' : 'an integer';
  throw typeError(`%${kind} format: ${wanted} is required, not ${typeName(value)}`);
}
