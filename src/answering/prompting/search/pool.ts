import type { Example } from '../../../data/example.ts';
import type { Prompting } from '../prompting.ts';
import type { PromptTrial, Tried } from './prompt-trial.ts';

/** A prompting with its scores on the first validation rows, in order. */
export interface Candidate {
  place: number;
  prompting: Prompting;
  scores: number[];
  /** The candidate whose instruction was rewritten. */
  parent?: Candidate;
}

/** Candidates of a search, measured on the same rows under one budget. */
export class Pool {
  readonly rows: readonly Example[];
  readonly candidates: Candidate[] = [];
  /** Answers spent. */
  spent = 0;
  readonly #trial: PromptTrial;
  readonly #budget: number;

  constructor(rows: readonly Example[], trial: PromptTrial, budget: number) {
    this.rows = rows;
    this.#trial = trial;
    this.#budget = budget;
  }

  add(prompting: Prompting, parent?: Candidate): Candidate {
    const candidate = { place: this.candidates.length, prompting, scores: [], ...(parent && { parent }) };
    this.candidates.push(candidate);
    return candidate;
  }

  hasRoom(answers: number): boolean {
    return this.spent + answers <= this.#budget;
  }

  async answer(prompting: Prompting, examples: readonly Example[]): Promise<Tried[]> {
    this.#trial.signal?.throwIfAborted();
    const tried = await this.#trial.answer(prompting, examples);
    this.spent += examples.length;
    this.#trial.onTried?.(this.spent, this.#budget);
    return tried;
  }

  /** Measures a candidate on the first `count` rows, except those already measured. */
  async measure({ prompting, scores }: Candidate, count = this.rows.length): Promise<void> {
    const missing = this.rows.slice(scores.length, count);
    if (missing.length === 0) return;
    for (const { score } of await this.answer(prompting, missing)) scores.push(score);
  }

  /** Candidates that have answered every row. */
  get whole(): Candidate[] {
    return this.candidates.filter(({ scores }) => scores.length === this.rows.length);
  }
}
