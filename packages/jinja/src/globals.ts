import { formatTime } from './strftime.ts';
import { notSupported, TemplateFailure, TemplateRefusal, typeError } from './errors.ts';
import { assign } from './keys.ts';
import { dictOf } from './methods.ts';
import { toIndex } from './numbers.ts';
import { toText } from './printing.ts';
import { bind } from './signature.ts';
import {
  asInt,
  asText,
  Callable,
  Dict,
  Namespace,
  Range,
  typeName,
  type Arguments,
  type NativeObject,
  type Value,
  type Runtime,
} from './values.ts';

/** Maximum length of a range, as in the sandbox. */
const LONGEST_RANGE = 100_000;

/** Global names of every template: Jinja2's own and two of transformers. */
export const globals: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['range', new Callable((_runtime, args) => rangeOf(args))],
  ['dict', new Callable((runtime, args) => newDict(args, runtime), "<class 'dict'>")],
  [
    'namespace',
    new Callable((runtime, args) => new Namespace(newDict(args, runtime)), "<class 'jinja2.utils.Namespace'>"),
  ],
  ['cycler', new Callable((_runtime, { positional }) => new Cycler(positional), "<class 'jinja2.utils.Cycler'>")],
  [
    'joiner',
    new Callable(
      (_runtime, args) => new Joiner(bind('joiner', [['sep', ', ']], args)[0]),
      "<class 'jinja2.utils.Joiner'>",
    ),
  ],
  [
    'lipsum',
    new Callable(() => {
      throw notSupported('lipsum, whose output changes every time,');
    }),
  ],
  [
    'raise_exception',
    new Callable((runtime, args) => {
      const [message] = bind('raise_exception', ['message'], args);
      throw new TemplateRefusal(toText(message, runtime));
    }),
  ],
  [
    'strftime_now',
    new Callable((runtime, args) => {
      const [format] = bind('strftime_now', ['format'], args);
      const text = asText(format);
      if (text === undefined) throw typeError(`strftime() argument 1 must be str, not ${typeName(format)}`);
      runtime.budget.chargeText(text.length * 32);
      return formatTime(runtime.now, text);
    }),
  ],
]);

function rangeOf({ positional, named }: Arguments): Range {
  if (named.size > 0) throw typeError('range() takes no keyword arguments');
  if (positional.length < 1 || positional.length > 3)
    throw typeError(`range expected 1 to 3 arguments, got ${positional.length}`);
  const [first, second, step] = positional.map((value) => {
    const int = asInt(value);
    if (typeof int === 'bigint') throw notSupported('a range of such large numbers');
    return toIndex(value);
  });
  if (step === 0) throw new TemplateFailure('ValueError', 'range() arg 3 must not be zero');
  const range = second === undefined ? new Range(0, first, 1) : new Range(first, second, step ?? 1);
  if (range.length <= LONGEST_RANGE) return range;
  const message = `Range too big. The sandbox blocks ranges larger than MAX_RANGE (${LONGEST_RANGE}).`;
  throw new TemplateFailure('OverflowError', message);
}

function newDict({ positional, named }: Arguments, runtime: Runtime): Dict {
  if (positional.length > 1) throw typeError(`dict expected at most 1 argument, got ${positional.length}`);
  const dict = positional.length === 0 ? new Dict() : dictOf(positional[0], runtime);
  runtime.budget.charge(2 * named.size);
  for (const [name, value] of named) assign(dict, name, value);
  return dict;
}

class Cycler implements NativeObject {
  readonly nativeType = 'Cycler';
  readonly #items: readonly Value[];
  #place = 0;

  constructor(items: readonly Value[]) {
    if (items.length === 0) throw new TemplateFailure('TemplateRuntimeError', 'at least one item has to be provided');
    this.#items = items;
  }

  attribute(name: string): Value | undefined {
    if (name === 'current') return this.#items[this.#place];
    if (name === 'next') return new Callable(() => this.#next());
    if (name === 'reset') return new Callable(() => this.#reset());
    if (name === 'pos') return this.#place;
    return name === 'items' ? undefinedItems() : undefined;
  }

  #next(): Value {
    const item = this.#items[this.#place];
    this.#place = (this.#place + 1) % this.#items.length;
    return item;
  }

  #reset(): Value {
    this.#place = 0;
    return null;
  }
}

function undefinedItems(): never {
  throw notSupported('the items of a cycler');
}

class Joiner implements NativeObject {
  readonly nativeType = 'Joiner';
  readonly #separator: Value;
  #isUsed = false;

  constructor(separator: Value) {
    this.#separator = separator;
  }

  attribute(name: string): Value | undefined {
    if (name === 'sep') return this.#separator;
    return name === 'used' ? this.#isUsed : undefined;
  }

  call(): Value {
    if (this.#isUsed) return this.#separator;
    this.#isUsed = true;
    return '';
  }
}
