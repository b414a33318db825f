/** Rules for the texts of a character language. */
import { characterAutomaton, type CharacterState } from '../characters/character-automaton.ts';
import type { CodePoints } from '../characters/code-points.ts';
import type { Term, Terms } from '../characters/terms.ts';
import type { Grammar } from './grammar.ts';
import type { Spelling } from './spelling.ts';

/** Adds character languages to a grammar; each distinct character set becomes one rule. */
export class TextRules {
  readonly #grammar: Grammar;
  readonly #spelling: Spelling;
  readonly #ofSet = new Map<string, number>();
  /** The same by object identity, since sets with many ranges recur. */
  readonly #ofObject = new Map<CodePoints, number>();

  constructor(grammar: Grammar, spelling: Spelling) {
    this.#grammar = grammar;
    this.#spelling = spelling;
  }

  /** Adds every text of the term between two nodes. @throws E_CONSTRAINT_TOO_LARGE */
  add(language: { terms: Terms; term: Term; origin: string }, ends: { from: number; to: number }): void {
    const states = characterAutomaton(language.terms, language.term, language.origin);
    const nodes = states.map(() => this.#grammar.addNode());
    if (nodes.length > 0) this.#grammar.addJump(ends.from, nodes[0]);
    for (const [index, { accepts, edges }] of states.entries()) {
      if (accepts) this.#grammar.addJump(nodes[index], ends.to);
      for (const { set, to } of edges) this.#grammar.addCall(nodes[index], this.#ruleOf(set), nodes[to]);
    }
    // Adds fixed runs again as units, so that their cost is counted in tokens rather than characters.
    for (const { from, text, to } of fixedRuns(states)) {
      this.#grammar.addText(nodes[from], this.#spelling.ofText(text), nodes[to]);
    }
  }

  #ruleOf(set: CodePoints): number {
    const known = this.#ofObject.get(set);
    if (known !== undefined) return known;
    const key = set.join();
    let rule = this.#ofSet.get(key);
    if (rule === undefined) {
      this.#ofSet.set(key, (rule = this.#grammar.addRule()));
      const to = this.#grammar.addNode();
      this.#spelling.addSet(this.#grammar, set, { from: this.#grammar.starts[rule], to });
      this.#grammar.setEnd(to);
    }
    this.#ofObject.set(set, rule);
    return rule;
  }
}

/** Runs of two or more characters without alternatives. */
function fixedRuns(states: readonly CharacterState[]): { from: number; text: string; to: number }[] {
  const arrivals = states.map(() => 0);
  for (const { edges } of states) for (const { to } of edges) arrivals[to]++;
  const isInside = (state: number): boolean =>
    arrivals[state] === 1 && state !== 0 && fixedEdge(states[state]) !== undefined;
  const runs: { from: number; text: string; to: number }[] = [];
  for (const [from, state] of states.entries()) {
    if (isInside(from)) continue;
    for (const edge of state.edges) {
      let text = fixedText(edge.set);
      let { to } = edge;
      while (text !== undefined && isInside(to)) {
        const next = fixedEdge(states[to])!;
        text += next.text;
        ({ to } = next);
      }
      if (text !== undefined && [...text].length > 1) runs.push({ from, text, to });
    }
  }
  return runs;
}

function fixedEdge({ accepts, edges }: CharacterState): { text: string; to: number } | undefined {
  if (accepts || edges.length !== 1) return undefined;
  const text = fixedText(edges[0].set);
  return text === undefined ? undefined : { text, to: edges[0].to };
}

function fixedText(set: CodePoints): string | undefined {
  return set.length === 2 && set[0] === set[1] ? String.fromCodePoint(set[0]) : undefined;
}
