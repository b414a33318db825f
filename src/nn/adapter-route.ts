// N tokens of a pass
import { cat, type Tensor } from '../tensor/index.ts';
import type { Parameter } from './module.ts';

/** A weight that takes a parameter's place while its owner acts. */
export interface Replacement {
  parameter: Parameter;
  by: Parameter;
}

/** A tuning of a model that serves others too: whatever it put onto layers acts together, where a route names it. */
export class AdapterOwner {
  /** Weights of modules that it brings along whole. It can then act on all tokens of a pass only. */
  replacements: readonly Replacement[] = [];

  /** Whether it can act on some tokens of a pass, and others on the rest. */
  get canShare(): boolean {
    return this.replacements.length === 0;
  }
}

/** An owner, and the tokens that it acts on. */
export interface AdapterSpan {
  owner: AdapterOwner;
  start: number;
  end: number;
}

/** What acts in a pass: one owner on everything, or several on stretches of its N tokens, in their order. */
export type AdapterRoute = { all: AdapterOwner } | { tokens: number; spans: readonly AdapterSpan[] };

let current: AdapterRoute | undefined;

/** Runs a pass of which the route says what acts on which tokens. Adapters without an owner act on all, as ever. */
export function withAdapters<T>(route: AdapterRoute | undefined, body: () => T): T {
  const before = current;
  const replacements = ownersOf(route).flatMap((owner) => owner.replacements);
  if (route !== undefined && 'spans' in route && replacements.length > 0)
    throw new Error('an adapter that replaces weights acts on a pass as a whole');
  current = route;
  const former = replacements.map(({ parameter, by }) => parameter.exchange(by.tensor));
  try {
    return body();
  } finally {
    current = before;
    for (const [i, { parameter }] of replacements.entries()) parameter.exchange(former[i]);
  }
}

function ownersOf(route: AdapterRoute | undefined): AdapterOwner[] {
  if (route === undefined) return [];
  if ('spans' in route) return route.spans.map(({ owner }) => owner);
  return [route.all];
}

/** Runs what reads only some of the pass's tokens, given by their places in ascending order. */
export function withSomeTokens<T>(places: readonly number[], body: () => T): T {
  const route = current;
  if (route === undefined || 'all' in route) return body();
  const before = (token: number) => places.filter((place) => place < token).length;
  const spans = route.spans.map(({ owner, start, end }) => ({ owner, start: before(start), end: before(end) }));
  return withAdapters({ tokens: places.length, spans: spans.filter(({ start, end }) => start < end) }, body);
}

interface Owned {
  readonly owner?: AdapterOwner;
}

/** Adapters of one layer, and the tokens that they act on; all of them unless said. */
export interface Acting<A> {
  adapters: readonly A[];
  span?: { start: number; end: number };
}

/** The adapters of one layer. */
export class AdapterList<A extends Owned> {
  #all: readonly A[] = [];
  readonly #byOwner = new Map<AdapterOwner | undefined, readonly A[]>();

  get all(): readonly A[] {
    return this.#all;
  }

  add(adapter: A): void {
    this.#all = [...this.#all, adapter];
    this.#byOwner.set(adapter.owner, [...this.#of(adapter.owner), adapter]);
  }

  remove(adapter: A): void {
    this.#all = this.#all.filter((one) => one !== adapter);
    const left = this.#of(adapter.owner).filter((one) => one !== adapter);
    if (left.length > 0) this.#byOwner.set(adapter.owner, left);
    else this.#byOwner.delete(adapter.owner);
  }

  #of(owner: AdapterOwner | undefined): readonly A[] {
    return this.#byOwner.get(owner) ?? [];
  }

  /** Those that act just now on `rows` tokens. */
  acting(rows: number): Acting<A>[] {
    if (this.#all.length === 0) return [];
    const route = current;
    const always = this.#of(undefined);
    if (route === undefined) return wholly(always);
    if ('all' in route) return wholly([...always, ...this.#of(route.all)]);
    if (rows !== route.tokens) throw new Error(`adapters of ${route.tokens} tokens cannot act on ${rows}`);
    const spans = route.spans.flatMap(({ owner, start, end }) => {
      const adapters = this.#of(owner);
      return adapters.length === 0 ? [] : [{ adapters, span: { start, end } }];
    });
    return [...wholly(always), ...spans];
  }

  /** Whether none acts just now. */
  get isIdle(): boolean {
    if (this.#all.length === 0) return true;
    return !this.#byOwner.has(undefined) && ownersOf(current).every((owner) => !this.#byOwner.has(owner));
  }

  /** Changes an output [N, O] by those that act: `change` gets the input's and the output's rows of their tokens. */
  change(x: Tensor, output: Tensor, change: (adapter: A, x: Tensor, output: Tensor) => Tensor): Tensor {
    let result = output;
    for (const { adapters, span } of this.acting(x.shape[0])) {
      const part = (whole: Tensor) => (span === undefined ? whole : whole.narrow(0, span.start, span.end - span.start));
      const own = part(x);
      const changed = adapters.reduce((sum, adapter) => change(adapter, own, sum), part(result));
      result = span === undefined ? changed : spliced(result, changed, span);
    }
    return result;
  }
}

function wholly<A>(adapters: readonly A[]): Acting<A>[] {
  return adapters.length === 0 ? [] : [{ adapters }];
}

/** `whole` with other rows from `start` to `end`. */
function spliced(whole: Tensor, rows: Tensor, { start, end }: { start: number; end: number }): Tensor {
  const N = whole.shape[0];
  const before = start > 0 ? [whole.narrow(0, 0, start)] : [];
  const after = end < N ? [whole.narrow(0, end, N - end)] : [];
  return cat([...before, rows, ...after]);
}
