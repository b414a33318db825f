import type { BaselineName } from '../../../answering/baselines/index.ts';
import type { Question } from '../question.ts';
import type { ShownAnswer } from '../shown-answer.ts';

/** A part of an answer, as it is made. */
export type AnswerPart = { text: string } | { finish: string } | { answer: ShownAnswer };

/** A model behind the box of a page: loaded once, asked until it is closed. */
export interface Answerer {
  ask(question: Question, say: (part: AnswerPart) => void, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface AnswererOptions {
  /** The run's folder. */
  target: string;
  base: boolean;
  /** A cheap system, fitted on the run's rows in place of its result. */
  rival?: BaselineName;
  /** Texts that a text can be compared with. */
  collection: readonly string[];
  signal: AbortSignal;
}
