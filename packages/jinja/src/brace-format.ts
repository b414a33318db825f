import { notSupported, TemplateFailure, valueError } from './errors.ts';
import { charactersOf, lengthOf } from './iteration.ts';
import { formatFloat, formatInt } from './number-format.ts';
import { floatText } from './numbers.ts';
import { toRepr, toText } from './printing.ts';
import { asInt, asText, Float, typeName, type Arguments, type Value, type Runtime } from './values.ts';

/** Access to fields such as `{0.name[key]}`. */
export interface FieldAccess {
  runtime: Runtime;
  getAttribute: (object: Value, name: string, runtime: Runtime) => Value;
  getItem: (object: Value, key: Value, runtime: Runtime) => Value;
}

/** `'{} {name}'.format(…)`. @throws ValueError, IndexError, KeyError */
export function braceFormat(format: string, args: Arguments, access: FieldAccess): string {
  const { runtime } = access;
  runtime.budget.chargeText(format.length * 4);
  const fields = new Fields(args, access);
  let length = format.length;
  const result = format.replaceAll(/\{\{|\}\}|\{([^{}]*)\}|[{}]/g, (all, field?: string) => {
    if (all === '{{' || all === '}}') return all[0];
    if (field === undefined) {
      // Python allows nested fields in a format specification.
      throw valueError(`single '${all}' encountered in format string, or nested fields, which are not supported`);
    }
    const text = fields.format(field);
    runtime.budget.checkLength((length += text.length));
    runtime.budget.chargeText(text.length);
    return text;
  });
  return result;
}

class Fields {
  readonly #args: Arguments;
  readonly #access: FieldAccess;
  readonly #runtime: Runtime;
  #automatic = 0;
  #isManual = false;

  constructor(args: Arguments, access: FieldAccess) {
    this.#args = args;
    this.#access = access;
    this.#runtime = access.runtime;
  }

  format(field: string): string {
    const match = /^([^!:]*)(?:!([^]))?(?::([^]*))?$/.exec(field);
    if (match === null) throw valueError('invalid field of a format string');
    const [, path, conversion, spec = ''] = match;
    const value = this.#value(path);
    if (conversion === undefined) return formatValue(value, spec, this.#runtime);
    if (conversion !== 'r' && conversion !== 's') throw notSupported(`the conversion !${conversion}`);
    const text = conversion === 'r' ? toRepr(value, this.#runtime) : toText(value, this.#runtime);
    return formatValue(text, spec, this.#runtime);
  }

  #value(path: string): Value {
    const first = /^[^.[]*/.exec(path)![0];
    let value = this.#argument(first);
    const rest = path.slice(first.length);
    for (const [, name, key] of rest.matchAll(/\.([^.[]+)|\[([^\]]+)\]/g)) {
      if (name !== undefined) value = this.#access.getAttribute(value, name, this.#runtime);
      else value = this.#access.getItem(value, /^\d+$/.test(key) ? Number(key) : key, this.#runtime);
    }
    return value;
  }

  #argument(name: string): Value {
    const isNumber = /^\d+$/.test(name);
    if (name === '' || isNumber) this.#checkNumbering(isNumber);
    const place = isNumber ? Number(name) : this.#automatic;
    if (name === '') this.#automatic++;
    const value = name === '' || isNumber ? this.#args.positional[place] : this.#args.named.get(name);
    if (value !== undefined) return value;
    if (name === '' || isNumber)
      throw new TemplateFailure('IndexError', `Replacement index ${place} out of range for positional args tuple`);
    throw new TemplateFailure('KeyError', `'${name}'`);
  }

  #checkNumbering(isManual: boolean): void {
    if (isManual ? this.#automatic > 0 : this.#isManual)
      throw valueError('cannot switch between manual field specification and automatic field numbering');
    this.#isManual ||= isManual;
  }
}

const SPEC = /^(?:([^])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([_,])?(?:\.(\d+))?([a-zA-Z%])?$/u;

interface Spec {
  fill: string;
  align: string | undefined;
  sign: string;
  alternate: boolean;
  width: number;
  grouping: string | undefined;
  precision: number | undefined;
  kind: string;
}

function parseSpec(spec: string): Spec {
  const match = SPEC.exec(spec);
  if (match === null || match[4] !== undefined) throw valueError(`invalid format specifier '${spec}'`);
  const [, fill, align, sign = '', , alternate, zero, width, grouping, precision, kind = ''] = match;
  return {
    fill: fill ?? (zero === undefined ? ' ' : '0'),
    align: align ?? (zero === undefined ? undefined : '='),
    sign,
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping,
    precision: precision === undefined ? undefined : Number(precision),
    kind,
  };
}

/** Python's format(value, spec). */
export function formatValue(value: Value, text: string, runtime: Runtime): string {
  if (text === '') return toText(value, runtime);
  const spec = parseSpec(text);
  const { budget } = runtime;
  budget.checkLength(spec.width);
  budget.chargeText(spec.width);
  const string = asText(value);
  if (string !== undefined) return formatText(string, spec, runtime);
  if (typeof value === 'boolean' && spec.kind === '') throw notSupported('the layout of a bool');
  const int = asInt(value);
  if (int === undefined && !(value instanceof Float))
    throw new TemplateFailure('TypeError', `unsupported format string passed to ${typeName(value)}.__format__`);
  const asFloat = value instanceof Float || 'eEfFgG%'.includes(spec.kind || 'd');
  const { sign, digits } = asFloat
    ? floatParts(value instanceof Float ? value.value : Number(int), spec)
    : intParts(int!, spec, runtime);
  return aligned(sign, grouped(digits, spec), spec);
}

function intParts(int: number | bigint, spec: Spec, { budget }: Runtime): { sign: string; digits: string } {
  if (spec.precision !== undefined) throw valueError('Precision not allowed in integer format specifier');
  if (!['', 'd', 'x', 'X', 'o', 'b', 'n'].includes(spec.kind))
    throw valueError(`Unknown format code '${spec.kind}' for object of type 'int'`);
  return formatInt(int, { ...spec, kind: spec.kind || 'd' }, budget);
}

function floatParts(value: number, spec: Spec): { sign: string; digits: string } {
  if (!['', 'e', 'E', 'f', 'F', 'g', 'G', '%'].includes(spec.kind))
    throw valueError(`Unknown format code '${spec.kind}' for object of type 'float'`);
  if (spec.kind !== '') return formatFloat(value, spec);
  if (spec.precision !== undefined) throw notSupported('a precision without a letter');
  const { sign } = formatFloat(value, { ...spec, kind: 'f', precision: 0 });
  return { sign, digits: floatText(Math.abs(value)) };
}

function grouped(digits: string, { grouping, fill, align }: Spec): string {
  if (grouping === undefined) return digits;
  if (fill === '0' && align === '=') throw notSupported('grouping with leading zeros');
  const [, prefix, whole, rest] = /^(0[xXob])?([\da-fA-F]+)([^]*)$/.exec(digits) ?? ['', '', digits, ''];
  const size = prefix === undefined ? 3 : 4;
  const parts: string[] = [];
  for (let end = whole.length; end > 0; end -= size) parts.unshift(whole.slice(Math.max(0, end - size), end));
  return (prefix ?? '') + parts.join(grouping) + rest;
}

function aligned(sign: string, digits: string, { fill, align = '>', width }: Spec): string {
  const missing = width - sign.length - digits.length;
  if (missing <= 0) return sign + digits;
  if (align === '=') return sign + fill.repeat(missing) + digits;
  return pad(sign + digits, { fill, align, missing });
}

function formatText(text: string, spec: Spec, { budget }: Runtime): string {
  if (spec.kind !== '' && spec.kind !== 's')
    throw valueError(`Unknown format code '${spec.kind}' for object of type 'str'`);
  if (spec.sign !== '' || spec.align === '=' || spec.alternate || spec.grouping !== undefined)
    throw valueError('the format specifier is not allowed for a str');
  const shown = spec.precision === undefined ? text : charactersOf(text, budget).slice(0, spec.precision).join('');
  return pad(shown, { fill: spec.fill, align: spec.align ?? '<', missing: spec.width - lengthOf(shown, budget) });
}

function pad(text: string, { fill, align, missing }: { fill: string; align: string; missing: number }): string {
  if (missing <= 0) return text;
  const left = align === '<' ? 0 : align === '>' ? missing : Math.floor(missing / 2);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}
