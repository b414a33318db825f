import type { BaselineName } from '../../../answering/baselines/index.ts';
import type { Question } from '../question.ts';
import type { ShownAnswer } from '../shown-answer.ts';

/** A part of an answer, sent as it is generated. */
export type AnswerPart = { text: string } | { finish: string } | { answer: ShownAnswer };

/** A model behind the form of a page; it is loaded once and answers until it is closed. */
export interface Answerer {
  ask(question: Question, say: (part: AnswerPart) => void, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface AnswererOptions {
  /** Folder of the run. */
  target: string;
  base: boolean;
  /** A cheap system fitted on the run's rows, to use instead of its result. */
  rival?: BaselineName;
  /** Texts to which a text can be compared. */
  collection: readonly string[];
  signal: AbortSignal;
}
