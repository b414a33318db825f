import type { AdapterRoute, AdapterSpan } from '../../engine/nn/index.ts';
import type { InstalledAdapter } from './installed-adapter.ts';
import type { Reading } from './sequence.ts';

/**
 * Splits readings into passes: one for all adapters that can share a pass, sorted by adapter, and one for each other
 * adapter.
 */
export function passesOf(readings: readonly Reading[]): Reading[][] {
  const passes = new Map<InstalledAdapter | undefined, Reading[]>();
  for (const reading of readings) {
    const { adapter, memory } = reading.sequence.request;
    const key = memory === undefined && adapter?.adapter.owner.canShare === true ? undefined : adapter;
    passes.set(key, [...(passes.get(key) ?? []), reading]);
  }
  const domainOf = ({ sequence }: Reading) => sequence.request.adapter?.domain ?? 0;
  return [...passes.values()].map((pass) => pass.toSorted((a, b) => domainOf(a) - domainOf(b)));
}

type Span = AdapterSpan | { owner: undefined; start: number; end: number };

/** Memoises routes. An unchanged route is the same object, since layers cache by identity. */
export class RouteMemo {
  #spans: readonly Span[] = [];
  #route: AdapterRoute | undefined;

  of(readings: readonly Reading[]): AdapterRoute | undefined {
    const spans = spansOf(readings);
    if (!isSame(spans, this.#spans)) this.#route = routeOf(spans);
    this.#spans = spans;
    return this.#route;
  }
}

function spansOf(readings: readonly Reading[]): Span[] {
  const spans: Span[] = [];
  let end = 0;
  for (const { sequence, count } of readings) {
    const owner = sequence.request.adapter?.adapter.owner;
    const last = spans.at(-1);
    if (last !== undefined && last.owner === owner) last.end += count;
    else spans.push({ owner, start: end, end: end + count });
    end += count;
  }
  return spans;
}

function isSame(spans: readonly Span[], others: readonly Span[]): boolean {
  if (spans.length !== others.length) return false;
  return spans.every(({ owner, end }, i) => owner === others[i].owner && end === others[i].end);
}

function routeOf(spans: readonly Span[]): AdapterRoute | undefined {
  if (spans.length === 1) return spans[0].owner && { all: spans[0].owner };
  const tokens = spans.at(-1)?.end ?? 0;
  return { tokens, spans: spans.filter((span): span is AdapterSpan => span.owner !== undefined) };
}
