// N tokens, D width
import { Dropout, Linear, Module } from '../../nn/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import type { Trunk } from '../architecture.ts';
import type { HeadKind } from './head.ts';
import { widened } from './pooling.ts';

interface Options {
  /** Probability of dropout before the scores. */
  dropout?: number;
}

/** Where the answer to a question starts and ends, each as a score per token. */
export interface SpanScores {
  /** f32 [N] (f64 in an f64 pass) */
  start: Tensor;
  end: Tensor;
}

/** Scores every token as the first and as the last of an answer (HF `…ForQuestionAnswering`). */
export class QuestionHead extends Module {
  readonly qa_outputs: Linear;
  readonly #dropout: Dropout;

  constructor(trunk: Trunk, options: Options) {
    super();
    this.qa_outputs = new Linear(trunk.width, 2, { bias: true });
    this.#dropout = new Dropout(options.dropout ?? 0, 'qa_outputs');
  }

  /** hidden [N, D] → scores, to be normalised over the tokens of each row. */
  scores(hidden: Tensor): SpanScores {
    const [start, end] = this.qa_outputs.forward(this.#dropout.forward(widened(hidden))).split([1, 1], 1); // [N, 1]
    return { start: start.squeeze(1), end: end.squeeze(1) };
  }
}

export const head: HeadKind = {
  create: ({ trunk, options }) => new QuestionHead(trunk, options as Options),
};
