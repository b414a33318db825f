// N tokens, D width, C classes
import { Dropout, Linear, Module, type Layout } from '../../nn/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import type { Trunk } from '../architecture.ts';
import type { HeadKind } from './head.ts';
import { widened } from './pooling.ts';

interface Options {
  /** Its name in the checkpoint: `classifier`, `score`. */
  name: string;
  bias: boolean;
  /** Probability of dropout before the classifier. */
  dropout?: number;
}

/** One score per class and token: names in a text, parts of speech (HF `…ForTokenClassification`). */
export class TokenClassHead extends Module {
  readonly labels: readonly string[];
  readonly #classifier: Linear;
  readonly #dropout: Dropout;

  constructor(trunk: Trunk, labels: readonly string[], options: Options) {
    super();
    this.labels = labels;
    this.#dropout = new Dropout(options.dropout ?? 0, options.name);
    this.#classifier = new Linear(trunk.width, labels.length, { bias: options.bias });
    Object.assign(this, { [options.name]: this.#classifier });
  }

  /** hidden [N, D] → logits f32 [N, C] (f64 in an f64 pass). Tokens are scored by themselves: the layout is not read. */
  scores(hidden: Tensor, _layout: Layout): Tensor {
    return this.#classifier.forward(this.#dropout.forward(widened(hidden)));
  }
}

export const head: HeadKind = {
  create: ({ trunk, options, labels }) => new TokenClassHead(trunk, labels, options as unknown as Options),
};
