import type { Aten, Attune } from './operators.generated.ts';
import { dtypeCode, type DType } from './dtype.ts';
import { engine } from './engine.ts';
import { TensorHandle, tensors } from './handle.ts';
import type { NativeArgument, NativeSchema, NativeValue } from './native.ts';

/**
 * Operators registered in libtorch, named as in `torch.ops`: `aten.add.Tensor(a, b, { alpha: 2 })`,
 * `aten.relu.default(x)`. Arguments without a default are positional, all others are named options. Types are those in
 * operators.schema (tools/generate.ts); functions are created on first use.
 */
export const aten = namespace<Aten>('aten');

/** attune's own operators (native/kernels). */
export const attune = namespace<Attune>('attune');

/** Converts a list once for many calls that read it. Its tensors must outlive it. */
export function readyList<List extends readonly TensorHandle[] | readonly number[]>(list: List): List {
  const numbers = Float64Array.from(list as readonly (TensorHandle | number)[], (entry) =>
    typeof entry === 'number' ? entry : entry.id,
  );
  return numbers as unknown as List;
}

type Callable = (...values: unknown[]) => unknown;

function namespace<Shape>(space: string): Shape {
  return lazily((name) => lazily((overload) => makeOperator(space, name, overload))) as Shape;
}

/** An object whose properties are created on first access and plain own properties from then on. */
function lazily(make: (name: string) => unknown): object {
  const missing = new Proxy(Object.create(null) as object, {
    get(_, name, receiver) {
      if (typeof name !== 'string') return undefined;
      const value = make(name);
      Object.defineProperty(receiver, name, { value });
      return value;
    },
  });
  return Object.create(missing) as object;
}

function makeOperator(space: string, name: string, overload: string): Callable {
  const native = engine();
  const full = overload === 'default' ? `${space}::${name}` : `${space}::${name}.${overload}`;
  const handle = native.find(`${space}::${name}`, overload === 'default' ? '' : overload);
  if (handle === undefined) throw new Error(`libtorch has no operator ${full}`);
  const schema = native.describe(handle);
  const { positional, named } = splitArguments(schema);
  const encodeOptions = optionsEncoder(full, named);
  const wrap = schema.returnsSelf || schema.returns.length === 0 ? undefined : resultWrapper(schema.returns);
  const call = (values: NativeValue[], self: unknown): unknown => {
    const result = native.call(handle, ...values);
    return wrap === undefined ? self : wrap(result);
  };
  const count = positional.length;
  const encode = positional.some((argument) => argument.type.includes('ScalarType')) ? encodeAny : unwrap;
  return (...values: unknown[]) => {
    if (values.length > count + 1) throw new TypeError(`${full} takes ${count} arguments and options`);
    const encoded: NativeValue[] = [];
    for (let i = 0; i < count; i++) encoded.push(encode(values[i]));
    if (values.length > count && values[count] !== undefined)
      encodeOptions(values[count] as Record<string, unknown>, encoded);
    return call(encoded, values[0]);
  };
}

/** Leading arguments without a default are positional; the rest are named. */
export function splitArguments(schema: NativeSchema): { positional: NativeArgument[]; named: NativeArgument[] } {
  const first = schema.arguments.findIndex((argument) => argument.hasDefault || argument.named);
  const count = first < 0 ? schema.arguments.length : first;
  return { positional: schema.arguments.slice(0, count), named: schema.arguments.slice(count) };
}

function optionsEncoder(
  full: string,
  named: readonly NativeArgument[],
): (options: Record<string, unknown>, into: NativeValue[]) => void {
  const known = new Set(named.map((argument) => argument.name));
  return (options, into) => {
    for (const key in options) {
      if (!known.has(key)) throw new TypeError(`${full} has no option "${key}"; it has ${[...known].join(', ')}`);
    }
    for (const argument of named) into.push(encodeAny(options[argument.name]));
  };
}

function unwrap(value: unknown): NativeValue {
  if (typeof value !== 'object' || value === null) return value as NativeValue;
  if (value instanceof TensorHandle) return value.id;
  if (value instanceof Float64Array) return value;
  if (Array.isArray(value)) {
    return value.length > 0 && typeof value[0] === 'number' ? (value as number[]) : value.map(unwrap);
  }
  throw new TypeError('an operator takes tensors, numbers, booleans, strings and arrays of them');
}

function encodeAny(value: unknown): NativeValue {
  if (typeof value === 'string' && Object.hasOwn(dtypeCode, value)) return dtypeCode[value as DType];
  return unwrap(value);
}

type Wrap = (value: NativeValue) => unknown;

/** Converts an operator's results by its schema: ids become tensors, numbers stay numbers. */
function resultWrapper(returns: readonly NativeArgument[]): Wrap {
  const wraps = returns.map((item) => valueWrapper(item.type));
  if (wraps.length === 1) return wraps[0];
  return (value) => wraps.map((wrap, i) => wrap((value as readonly NativeValue[])[i]));
}

function valueWrapper(type: string): Wrap {
  if (type === 'Tensor') return (value) => (value === undefined ? undefined : tensors.make(value as number));
  if (type === 'List[Tensor]') return (value) => (value as number[]).map((id) => tensors.make(id));
  return (value) => value;
}
