/** The fewest tokens from a constraint's start to a valid end: a search by lowest bound first (A*). */

export interface Search {
  start: number;
  /** A way that is known already. */
  known: readonly number[];
  /** States that one token leads to, each with one such token. `isFirst`: at the start of the answer. */
  next(state: number, isFirst: boolean): ReadonlyMap<number, number>;
  /** No end can be nearer than this many tokens. */
  least(state: number): number;
  isEnd(state: number): boolean;
  /** Maximum number of states to visit; the best plan so far is used then. */
  steps: number;
}

interface Reached {
  /** Tokens on the shortest way from the start. */
  count: number;
  before: number;
  id: number;
}

/** Not longer than the way that is known; shortest where the search comes to an end. */
export function shortestPlan(search: Search): readonly number[] {
  const { start, known } = search;
  const reached = new Map<number, Reached>([[start, { count: 0, before: -1, id: -1 }]]);
  // States by the length that a way through them has at least.
  const waiting: number[][] = [];
  const put = (state: number, count: number): void => {
    const bound = count + search.least(state);
    if (bound < known.length) (waiting[bound] ??= []).push(state);
  };
  put(start, 0);
  const done = new Set<number>();
  for (let step = 0; step < search.steps; step++) {
    const state = take(waiting, done);
    if (state === undefined) return known;
    if (search.isEnd(state)) return wayTo(reached, state);
    done.add(state);
    const { count } = reached.get(state)!;
    for (const [next, id] of search.next(state, state === start && count === 0)) {
      const other = reached.get(next);
      if (other !== undefined && other.count <= count + 1) continue;
      reached.set(next, { count: count + 1, before: state, id });
      put(next, count + 1);
    }
  }
  return known;
}

/** The state with the lowest bound that was not looked into yet. */
function take(waiting: number[][], done: ReadonlySet<number>): number | undefined {
  for (const states of waiting) {
    for (let state = states?.pop(); state !== undefined; state = states.pop()) if (!done.has(state)) return state;
  }
  return undefined;
}

function wayTo(reached: ReadonlyMap<number, Reached>, end: number): number[] {
  const ids: number[] = [];
  for (let place = reached.get(end)!; place.before >= 0; place = reached.get(place.before)!) ids.unshift(place.id);
  return ids;
}
