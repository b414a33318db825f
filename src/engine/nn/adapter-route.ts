// N tokens of a pass
import { cat, type Tensor } from '../tensor/index.ts';
import type { Parameter } from './module.ts';

/** A weight that takes a parameter's place while its owner acts. */
export interface Replacement {
  parameter: Parameter;
  by: Parameter;
}

/**
 * Owner of the adapters that one of several tunings put onto a model's layers. They act together, and only in passes
 * whose route names the owner. Adapters without an owner always act.
 */
export class AdapterOwner {
  readonly #lists = new Set<AdapterList<unknown>>();
  readonly #replacements: Replacement[] = [];

  /** Weights of modules that it brings along whole. */
  get replacements(): readonly Replacement[] {
    return this.#replacements;
  }

  /** Whether it can act on some tokens of a pass while others act on the rest. */
  get canShare(): boolean {
    return this.#replacements.length === 0;
  }

  replace(parameter: Parameter, by: Parameter): void {
    this.#replacements.push({ parameter, by });
  }

  /** Runs what puts adapters onto layers: they belong to this owner. */
  own<T>(body: () => T): T {
    return withOwner(this, body);
  }

  /** Notes a layer's list that has adapters of it. */
  joined(list: AdapterList<unknown>): void {
    this.#lists.add(list);
  }

  /** Takes off the layers all that it put there. */
  leave(): void {
    for (const list of this.#lists) list.removeOf(this);
    this.#lists.clear();
  }
}

let owning: AdapterOwner | undefined;

/** Owner of adapters created at the moment; undefined for those that always act. */
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

/** An owner, and the tokens that it acts on. */
export interface AdapterSpan {
  owner: AdapterOwner;
  start: number;
  end: number;
}

/** Active adapters of a pass: one owner for all tokens, or several for consecutive spans of its N tokens. */
export type AdapterRoute = { all: AdapterOwner } | { tokens: number; spans: readonly AdapterSpan[] };

let current: AdapterRoute | undefined;

/** Runs a pass of which the route says what acts on which tokens. */
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

/** The route of the pass under way. */
export function currentRoute(): AdapterRoute | undefined {
  return current;
}

function ownersOf(route: AdapterRoute | undefined): AdapterOwner[] {
  if (route === undefined) return [];
  return 'spans' in route ? route.spans.map(({ owner }) => owner) : [route.all];
}

/** Runs what reads only some of the pass's tokens, given by their places in ascending order. */
export function withSomeTokens<T>(places: readonly number[], body: () => T): T {
  const route = current;
  if (route === undefined || 'all' in route) return body();
  const before = (token: number) => places.filter((place) => place < token).length;
  const spans = route.spans.map(({ owner, start, end }) => ({ owner, start: before(start), end: before(end) }));
  return withAdapters({ tokens: places.length, spans: spans.filter(({ start, end }) => start < end) }, body);
}

/** Adapters of one layer, and the tokens that they act on; all of them unless said. */
export interface Acting<A> {
  adapters: readonly A[];
  span?: { start: number; end: number };
}

/** The adapters of one layer. */
export class AdapterList<A> {
  readonly #byOwner = new Map<AdapterOwner | undefined, readonly A[]>();

  /** Those that act wherever no route says it. */
  get always(): readonly A[] {
    return this.#byOwner.get(undefined) ?? [];
  }

  /** Those of an owner whose work is under way belong to it. */
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

  /** Whether nothing was put here, by anybody. */
  get isEmpty(): boolean {
    return this.#byOwner.size === 0;
  }

  /** Whether none acts just now. */
  get isIdle(): boolean {
    if (this.isEmpty) return true;
    return !this.#byOwner.has(undefined) && ownersOf(current).every((owner) => !this.#byOwner.has(owner));
  }

  /** Those that act just now on `rows` tokens, in the tokens' order after those that always act. */
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

  /** Changes an output [N, O] by those that act: `change` gets the input's and the output's rows of their tokens. */
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

/** `whole` [N, O] with other rows in some places. */
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
