import type { Budget } from './budget.ts';
import { equals } from './comparison.ts';
import { typeError } from './errors.ts';
import { isIterable, iterate, lengthOf } from './iteration.ts';
import { bind } from './signature.ts';
import {
  Callable,
  Lazy,
  orElse,
  Tuple,
  Undefined,
  type Arguments,
  type NativeObject,
  type Value,
  type Runtime,
} from './values.ts';

/** Renders the body of a recursive loop with other elements. */
export type Recurse = (elements: Value, depth: number, runtime: Runtime) => string;

const ATTRIBUTES: Record<string, (loop: Loop) => Value> = {
  index: (loop) => loop.index0 + 1,
  index0: (loop) => loop.index0,
  revindex: (loop) => loop.size() - loop.index0,
  revindex0: (loop) => loop.size() - loop.index0 - 1,
  first: (loop) => loop.index0 === 0,
  last: (loop) => loop.peek() === undefined,
  length: (loop) => loop.size(),
  depth: (loop) => loop.depth0 + 1,
  depth0: (loop) => loop.depth0,
  previtem: (loop) => (loop.index0 === 0 ? new Undefined('there is no previous item') : loop.previous),
  nextitem: (loop) => orElse(loop.peek(), () => new Undefined('there is no next item')),
  cycle: (loop) => new Callable((_runtime, { positional }) => loop.cycle(positional)),
  changed: (loop) => new Callable(({ budget }, { positional }) => loop.changed(positional, budget)),
};

/** The special variable `loop`. Reads its elements as lazily as Python does. */
export class Loop implements NativeObject {
  readonly nativeType = 'LoopContext';
  readonly depth0: number;
  readonly call: NativeObject['call'];
  index0 = -1;
  previous: Value = null;
  readonly #elements: Value;
  readonly #budget: Budget;
  #iterator: Iterator<Value>;
  #current: Value = null;
  #ahead: { value: Value } | undefined;
  #size: number | undefined;
  #lastChanged: Value[] | undefined;

  constructor(elements: Value, budget: Budget, depth0: number, recurse?: Recurse) {
    this.#elements = elements;
    this.#budget = budget;
    this.#iterator = iterate(elements, budget);
    this.depth0 = depth0;
    this.call = (runtime, args) => this.#recurse(runtime, args, recurse);
  }

  /** Advances to the next element. */
  next(): { value: Value } | undefined {
    const next = this.peek();
    this.#ahead = undefined;
    if (next === undefined) return undefined;
    this.index0++;
    this.previous = this.#current;
    this.#current = next;
    return { value: next };
  }

  peek(): Value | undefined {
    if (this.#ahead === undefined) {
      const { done, value } = this.#iterator.next();
      if (done === true) return undefined;
      this.#ahead = { value };
    }
    return this.#ahead.value;
  }

  /** Number of elements, for which an iterator must be read to its end. */
  size(): number {
    if (this.#size !== undefined) return this.#size;
    if (!(this.#elements instanceof Lazy)) return (this.#size = lengthOf(this.#elements, this.#budget));
    const rest: Value[] = [];
    for (let next = this.#iterator.next(); next.done !== true; next = this.#iterator.next()) rest.push(next.value);
    this.#iterator = rest[Symbol.iterator]();
    return (this.#size = rest.length + this.index0 + 1 + (this.#ahead === undefined ? 0 : 1));
  }

  attribute(name: string): Value | undefined {
    return Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name](this) : undefined;
  }

  print(): string {
    return `<LoopContext ${this.index0 + 1}/${this.size()}>`;
  }

  length(): number {
    return this.size();
  }

  cycle(values: readonly Value[]): Value {
    if (values.length === 0) throw typeError('no items for cycling given');
    return values[this.index0 % values.length];
  }

  changed(values: Value[], budget: Budget): boolean {
    const last = this.#lastChanged;
    if (last !== undefined && equals(new Tuple(last), new Tuple(values), budget)) return false;
    this.#lastChanged = values;
    return true;
  }

  #recurse(runtime: Runtime, args: Arguments, recurse: Recurse | undefined): Value {
    const [elements] = bind('loop', ['iterable'], args);
    if (recurse === undefined) throw typeError("The loop must have the 'recursive' marker to be called recursively.");
    if (!isIterable(elements)) iterate(elements, runtime.budget);
    return recurse(elements, this.depth0 + 1, runtime);
  }
}
