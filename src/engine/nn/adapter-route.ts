// N tokens of a pass
import { cat, type Tensor } from '../tensor/index.ts';
import type { Parameter } from './module.ts';

/** A weight that replaces a parameter while its owner is active. */
export interface Replacement {
  parameter: Parameter;
  by: Parameter;
}

/**
 * Owner of the adapters that one tuning attached to a model's layers. They are active together, in passes whose route
 * includes the owner. Adapters without an owner are always active.
 */
export class AdapterOwner {
  readonly #lists = new Set<AdapterList<unknown>>();
  readonly #replacements: Replacement[] = [];

  /** Replacements for fully trained modules. */
  get replacements(): readonly Replacement[] {
    return this.#replacements;
  }

  /** Whether the adapters can be active on only some tokens of a pass. */
  get canShare(): boolean {
    return this.#replacements.length === 0;
  }

  replace(parameter: Parameter, by: Parameter): void {
    this.#replacements.push({ parameter, by });
  }

  /** Makes this the owner of all adapters that `body` attaches. */
  own<T>(body: () => T): T {
    return withOwner(this, body);
  }

  /** Registers a list with adapters of this owner. */
  joined(list: AdapterList<unknown>): void {
    this.#lists.add(list);
  }

  /** Removes all adapters of this owner from the layers. */
  leave(): void {
    for (const list of this.#lists) list.removeOf(this);
    this.#lists.clear();
  }
}

let owning: AdapterOwner | undefined;

/** Owner of adapters attached now; undefined for adapters that are always active. */
export function currentOwner(): AdapterOwner | undefined {
  return owning;
}

function withOwner<T>(owner: AdapterOwner, body: () => T): T {
  const before = owning;
  owning = owner;
  try {
    return body();
  } finally {
    owning = before;
  }
}

/** An owner, and the range of tokens that it acts on. */
export interface AdapterSpan {
  owner: AdapterOwner;
  start: number;
  end: number;
}

/** Active adapters of a pass: one owner for all tokens, or several for consecutive spans of its N tokens. */
export type AdapterRoute = { all: AdapterOwner } | { tokens: number; spans: readonly AdapterSpan[] };

let current: AdapterRoute | undefined;

/** Runs a pass with the adapters in the route. */
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

/** Route of the current pass. */
export function currentRoute(): AdapterRoute | undefined {
  return current;
}

function ownersOf(route: AdapterRoute | undefined): AdapterOwner[] {
  if (route === undefined) return [];
  return 'spans' in route ? route.spans.map(({ owner }) => owner) : [route.all];
}

/** Runs layers that only read some of the pass's tokens, given by their indices in ascending order. */
export function withSomeTokens<T>(places: readonly number[], body: () => T): T {
  const route = current;
  if (route === undefined || 'all' in route) return body();
  const before = (token: number) => places.filter((place) => place < token).length;
  const spans = route.spans.map(({ owner, start, end }) => ({ owner, start: before(start), end: before(end) }));
  return withAdapters({ tokens: places.length, spans: spans.filter(({ start, end }) => start < end) }, body);
}

/** Adapters of one layer and the tokens that they act on; all by default. */
export interface Acting<A> {
  adapters: readonly A[];
  span?: { start: number; end: number };
}

/** The adapters of one layer. */
export class AdapterList<A> {
  readonly #byOwner = new Map<AdapterOwner | undefined, readonly A[]>();

  /** Adapters that are active regardless of the route. */
  get always(): readonly A[] {
    return this.#byOwner.get(undefined) ?? [];
  }

  /** Adapters attached within `own` belong to that owner. */
  add(adapter: A): void {
    this.#byOwner.set(owning, [...(this.#byOwner.get(owning) ?? []), adapter]);
    owning?.joined(this as AdapterList<unknown>);
  }

  remove(adapter: A): void {
    for (const [owner, adapters] of this.#byOwner) {
      const left = adapters.filter((one) => one !== adapter);
      if (left.length > 0) this.#byOwner.set(owner, left);
      else this.#byOwner.delete(owner);
    }
  }

  removeOf(owner: AdapterOwner): void {
    this.#byOwner.delete(owner);
  }

  /** Whether the list has no adapters at all. */
  get isEmpty(): boolean {
    return this.#byOwner.size === 0;
  }

  /** Whether no adapter is currently active. */
  get isIdle(): boolean {
    if (this.isEmpty) return true;
    return !this.#byOwner.has(undefined) && ownersOf(current).every((owner) => !this.#byOwner.has(owner));
  }

  /** Currently active adapters on `rows` tokens: first those that are always active, then in token order. */
  acting(rows: number): Acting<A>[] {
    if (this.isIdle) return [];
    const route = current;
    const { always } = this;
    if (route === undefined) return [{ adapters: always }];
    const of = (owner: AdapterOwner) => this.#byOwner.get(owner) ?? [];
    if ('all' in route) return [{ adapters: [...always, ...of(route.all)] }];
    if (rows !== route.tokens) throw new Error(`adapters of ${route.tokens} tokens cannot act on ${rows}`);
    const spans = route.spans.flatMap(({ owner, start, end }) => {
      const adapters = of(owner);
      return adapters.length === 0 ? [] : [{ adapters, span: { start, end } }];
    });
    return always.length === 0 ? spans : [{ adapters: always }, ...spans];
  }

  /** Applies active adapters to an output [N, O]: `change` receives the input and output rows of their tokens. */
  change(x: Tensor, output: Tensor, change: (adapter: A, x: Tensor, output: Tensor) => Tensor): Tensor {
    let result = output;
    const parts: { start: number; end: number; rows: Tensor }[] = [];
    for (const { adapters, span } of this.acting(x.shape[0])) {
      const part = (whole: Tensor) => (span === undefined ? whole : whole.narrow(0, span.start, span.end - span.start));
      const own = part(x);
      const changed = adapters.reduce((sum, adapter) => change(adapter, own, sum), part(result));
      if (span === undefined) result = changed;
      else parts.push({ ...span, rows: changed });
    }
    return parts.length === 0 ? result : spliced(result, parts);
  }
}

/** Replaces some rows of `whole` [N, O]. */
function spliced(whole: Tensor, parts: readonly { start: number; end: number; rows: Tensor }[]): Tensor {
  const pieces: Tensor[] = [];
  let done = 0;
  const keep = (until: number) => {
    if (until > done) pieces.push(whole.narrow(0, done, until - done));
  };
  for (const { start, end, rows } of parts) {
    keep(start);
    pieces.push(rows);
    done = end;
  }
  keep(whole.shape[0]);
  return cat(pieces);
}
