/** Converts a term to the automaton of its derivatives, over characters. */
import { tooLarge } from '../too-large.ts';
import type { CodePoints } from './code-points.ts';
import { Partition } from './partition.ts';
import { firstSets, type Term, type Terms } from './terms.ts';

export interface CharacterState {
  accepts: boolean;
  /** Disjoint sets, each with the index of the state that it leads to. */
  edges: { set: CodePoints; to: number }[];
}

// Strings with a length limit of ten thousand characters are the largest in practice.
const MOST_STATES = 20_000;

/**
 * The term's automaton, starting at state 0; every state can reach an accepting one. Empty if the term has no texts.
 * @throws E_CONSTRAINT_TOO_LARGE
 */
export function characterAutomaton(terms: Terms, start: Term, origin: string): CharacterState[] {
  const index = new Map([[start.id, 0]]);
  const queue = [start];
  const states: CharacterState[] = [];
  const partitions = new Partitions();
  for (let next = 0; next < queue.length; next++) {
    const term = queue[next];
    const derivatives = partitions.of(term).by((point) => terms.derive(term, point));
    derivatives.delete(terms.none);
    const edges = Array.from(derivatives, ([to, set]) => {
      let target = index.get(to.id);
      if (target === undefined) {
        index.set(to.id, (target = queue.length));
        queue.push(to);
        if (queue.length > MOST_STATES) throw tooLarge(origin, `more than ${MOST_STATES} states`);
      }
      return { set, to: target };
    });
    states.push({ accepts: term.isNullable, edges });
  }
  return withoutDeadEnds(states);
}

/** Whether the term has no texts. */
export function isEmptyLanguage(terms: Terms, term: Term, origin: string): boolean {
  return characterAutomaton(terms, term, origin).length === 0;
}

/** Partitions of the first characters, memoised for all terms that begin with the same sets. */
class Partitions {
  readonly #known = new Map<string, Partition>();

  of(term: Term): Partition {
    const sets = [...firstSets(term)];
    const key = sets.map(({ id }) => id).join();
    let partition = this.#known.get(key);
    if (partition === undefined) {
      partition = new Partition(sets.map(({ set }) => set));
      this.#known.set(key, partition);
    }
    return partition;
  }
}

function withoutDeadEnds(states: CharacterState[]): CharacterState[] {
  const before = states.map((): number[] => []);
  for (const [from, { edges }] of states.entries()) for (const { to } of edges) before[to].push(from);
  const live = new Set(states.keys().filter((state) => states[state].accepts));
  for (const state of live) for (const from of before[state]) live.add(from);
  if (!live.has(0)) return [];
  const renumbered = new Map([...live].toSorted((a, b) => a - b).map((state, place) => [state, place]));
  return [...renumbered.keys()].map((state) => ({
    accepts: states[state].accepts,
    edges: states[state].edges
      .filter(({ to }) => live.has(to))
      .map(({ set, to }) => ({ set, to: renumbered.get(to)! })),
  }));
}
