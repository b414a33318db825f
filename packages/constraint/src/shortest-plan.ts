/** Finds the fewest tokens from a constraint's start to a valid end, by A* search. */

export interface Search {
  start: number;
  /** A known path. */
  known: readonly number[];
  /** States reachable by one token, each with such a token. `isFirst`: at the start of the answer. */
  next(state: number, isFirst: boolean): ReadonlyMap<number, number>;
  /** Lower bound on the number of tokens to an end. */
  least(state: number): number;
  isEnd(state: number): boolean;
  /** Maximum number of states to visit; then the best path so far is used. */
  steps: number;
}

interface Reached {
  /** Tokens on the shortest path from the start. */
  count: number;
  before: number;
  id: number;
}

/** Never longer than the known path; the shortest one if the search completes. */
export function shortestPlan(search: Search): readonly number[] {
  const { start, known } = search;
  const reached = new Map<number, Reached>([[start, { count: 0, before: -1, id: -1 }]]);
  // States by the minimum length of a path through them.
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

/** The unvisited state with the lowest bound. */
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
