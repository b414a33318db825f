// N tokens, R rows, D width, C classes
import type { Tensor } from '../../engine/tensor/index.ts';
import { Dropout, Linear, Module, type Layout } from '../../engine/nn/index.ts';
import type { Trunk } from '../architecture.ts';
import type { HeadKind, ProblemType } from './head.ts';
import { place } from './place.ts';
import { meanOfRows, ofRows, pooledWidth, poolings, widened, type Pooling } from './pooling.ts';
import { Transform, type TransformPlan } from './transform.ts';

export interface SequenceOptions {
  /** Name in checkpoints: `classifier`, `score`, `classifier.out_proj`. */
  name: string;
  /** Pooling of a row's hidden states. */
  pool: Pooling;
  bias: boolean;
  /** Whether the trunk's pooler is applied before the classifier. */
  pooler?: boolean;
  /** The head's own layer before the classifier. */
  transform?: TransformPlan;
  /** Dropout probability before the classifier. */
  dropout?: number;
  /** Whether dropout also precedes the transform. */
  dropsInput?: boolean;
  /** Scores each token and averages over the row (EuroBERT). Ignores `pool`. */
  scoresTokens?: boolean;
}

/** One score per class and row. Computed in f32: rows are few, and their scores decide. */
export class SequenceHead extends Module {
  readonly labels: readonly string[];
  /** One class per row, any number of classes, or regression targets. */
  readonly problemType: ProblemType;
  readonly #classifier: Linear;
  readonly #transform: Transform | undefined;
  readonly #options: SequenceOptions;
  readonly #trunk: Trunk;
  readonly #dropout: Dropout;
  readonly #inputDropout: Dropout;

  constructor(
    trunk: Trunk,
    classes: { labels: readonly string[]; problemType: ProblemType },
    options: SequenceOptions,
  ) {
    super();
    const { name, transform, dropout = 0 } = options;
    this.labels = classes.labels;
    this.problemType = classes.problemType;
    this.#options = options;
    this.#trunk = trunk;
    this.#dropout = new Dropout(dropout, name);
    this.#inputDropout = new Dropout(options.dropsInput === true ? dropout : 0, `${name}.input`);
    const width = pooledWidth(options.pool, trunk.width);
    const inner = transform?.width ?? width;
    if (transform !== undefined) this.#transform = new Transform(this, transform, { in: width, out: inner });
    this.#classifier = new Linear(inner, this.labels.length, { bias: options.bias });
    place(this, name, this.#classifier);
  }

  /** Whether a row's first token represents it. */
  get readsFirst(): boolean {
    return this.#options.pool === 'first';
  }

  /** hidden [N, D] → logits f32 [R, C] (f64 in an f64 pass); averaged over windows of the same row. */
  scores(hidden: Tensor, layout: Layout): Tensor {
    if (this.#options.scoresTokens === true) {
      return meanOfRows(poolings.mean(this.#classify(widened(hidden)), layout), layout);
    }
    const pooled = poolings[this.#options.pool](hidden, layout);
    return meanOfRows(
      ofRows(layout, () => this.#classify(pooled), this.#options.pool),
      layout,
    );
  }

  /** [S, D] → [S, C] */
  #classify(pooled: Tensor): Tensor {
    const { pooler } = this.#trunk;
    let features = this.#inputDropout.forward(pooled);
    if (this.#options.pooler === true && pooler !== undefined) features = pooler.forward(features);
    features = this.#transform?.forward(features) ?? features;
    return this.#classifier.forward(this.#dropout.forward(features));
  }
}

export const head: HeadKind = {
  create: ({ trunk, options, labels, problemType }) =>
    new SequenceHead(trunk, { labels, problemType }, options as unknown as SequenceOptions),
};
