// N tokens, R rows, D width, C classes
import type { Tensor } from '../../tensor/index.ts';
import { Dropout, Linear, Module, type Layout } from '../../nn/index.ts';
import type { Trunk } from '../architecture.ts';
import type { HeadKind, ProblemType } from './head.ts';
import { firstTokens, lastTokens, poolings, type Pooling } from './pooling.ts';

interface Options {
  /** Its name in the checkpoint: `classifier`, `score`. */
  name: string;
  /** Which hidden state stands for a row. */
  pool: Pooling;
  bias: boolean;
  /** Whether the trunk's pooler stands between pooling and the classifier. */
  pooler?: boolean;
  /** Probability of dropout before the classifier. */
  dropout?: number;
}

/** One score per class and row, computed in f32: rows are few, and their scores decide. */
export class SequenceHead extends Module {
  readonly labels: readonly string[];
  /** What the scores mean: one class of a row, any number of them, or numbers. */
  readonly problemType: ProblemType;
  readonly #classifier: Linear;
  readonly #options: Options;
  readonly #trunk: Trunk;
  readonly #dropout: Dropout;

  constructor(trunk: Trunk, classes: { labels: readonly string[]; problemType: ProblemType }, options: Options) {
    super();
    this.labels = classes.labels;
    this.problemType = classes.problemType;
    this.#options = options;
    this.#trunk = trunk;
    this.#dropout = new Dropout(options.dropout ?? 0, options.name);
    this.#classifier = new Linear(trunk.width, this.labels.length, { bias: options.bias });
    Object.assign(this, { [options.name]: this.#classifier });
  }

  /** hidden [N, D] → logits f32 [R, C] (f64 in an f64 pass) */
  scores(hidden: Tensor, layout: Layout): Tensor {
    const { pool, pooler } = this.#options;
    let features = poolings[pool](hidden, layout);
    if (pooler === true && this.#trunk.pooler !== undefined) features = this.#trunk.pooler.forward(features);
    const places = (pool === 'last' ? lastTokens : firstTokens)(layout, hidden.device);
    return this.#classifier.forward(this.#dropout.forward(features, places));
  }
}

export const head: HeadKind = {
  create: ({ trunk, options, labels, problemType }) =>
    new SequenceHead(trunk, { labels, problemType }, options as unknown as Options),
};
