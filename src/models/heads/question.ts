// N tokens, D width
import { Dropout, Linear, Module } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Trunk } from '../architecture.ts';
import type { HeadKind } from './head.ts';
import { place } from './place.ts';
import { widened } from './pooling.ts';
import { Transform, type TransformPlan } from './transform.ts';

export interface QuestionOptions {
  /** Name in checkpoints: `qa_outputs`. */
  name: string;
  /** The head's own layer before the scores. */
  transform?: TransformPlan;
  /** Dropout probability before the scores. */
  dropout?: number;
}

/** Scores of each token as the start and as the end of the answer. */
export interface SpanScores {
  /** f32 [N] (f64 in an f64 pass) */
  start: Tensor;
  end: Tensor;
}

/** Scores each token as the first and as the last of an answer (HF `…ForQuestionAnswering`). */
export class QuestionHead extends Module {
  readonly #outputs: Linear;
  readonly #transform: Transform | undefined;
  readonly #dropout: Dropout;

  constructor(trunk: Trunk, { name, transform, dropout = 0 }: QuestionOptions) {
    super();
    if (transform !== undefined)
      this.#transform = new Transform(this, transform, { in: trunk.width, out: trunk.width });
    this.#outputs = new Linear(trunk.width, 2, { bias: true });
    this.#dropout = new Dropout(dropout, name);
    place(this, name, this.#outputs);
  }

  /** hidden [N, D] → scores, to be normalised over each row's tokens. */
  scores(hidden: Tensor): SpanScores {
    const features = this.#transform?.forward(widened(hidden)) ?? widened(hidden);
    const [start, end] = this.#outputs.forward(this.#dropout.forward(features)).split([1, 1], 1); // [N, 1]
    return { start: start.squeeze(1), end: end.squeeze(1) };
  }
}

export const head: HeadKind = {
  create: ({ trunk, options }) => new QuestionHead(trunk, options as unknown as QuestionOptions),
};
