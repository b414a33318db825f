import type { Example } from '../../../data/example.ts';
import type { Prompting } from '../prompting.ts';

/** One row's answer under a prompting. */
export interface Tried {
  example: Example;
  /** Undefined if the row was unreadable. */
  answer: string | undefined;
  /** The deciding metric's value of this row; higher is better. */
  score: number;
}

/** A model on which promptings are tried. */
export interface PromptTrial {
  answer(prompting: Prompting, examples: readonly Example[]): Promise<Tried[]>;
  /** The perfect score of a row, if there is one. */
  best?: number;
  /** Completes a request to rewrite an instruction; undefined if no model here can. */
  reflect?(request: string): Promise<string | undefined>;
  seed: number;
  signal?: AbortSignal;
  onTried?(answers: number, budget: number): void;
}
