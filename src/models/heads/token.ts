// N tokens, D width, C classes
import { Dropout, Linear, Module, type Layout } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Trunk } from '../architecture.ts';
import type { HeadKind } from './head.ts';
import { place } from './place.ts';
import { widened } from './pooling.ts';
import { Transform, type TransformPlan } from './transform.ts';

export interface TokenClassOptions {
  /** Name in checkpoints: `classifier`, `score`. */
  name: string;
  bias: boolean;
  /** Fixed class names, for architectures that have some. */
  labels?: readonly string[];
  /** The head's own layer before the classifier. */
  transform?: TransformPlan;
  /** Dropout probability before the classifier. */
  dropout?: number;
}

/** One score per class and token, for named entities or parts of speech (HF `…ForTokenClassification`). */
export class TokenClassHead extends Module {
  readonly labels: readonly string[];
  readonly #classifier: Linear;
  readonly #transform: Transform | undefined;
  readonly #dropout: Dropout;

  constructor(trunk: Trunk, labels: readonly string[], options: TokenClassOptions) {
    super();
    const { name, transform } = options;
    this.labels = labels;
    this.#dropout = new Dropout(options.dropout ?? 0, name);
    if (transform !== undefined)
      this.#transform = new Transform(this, transform, { in: trunk.width, out: trunk.width });
    this.#classifier = new Linear(trunk.width, labels.length, { bias: options.bias });
    place(this, name, this.#classifier);
  }

  /** hidden [N, D] → logits f32 [N, C] (f64 in an f64 pass). Each token is scored alone, so the layout is ignored. */
  scores(hidden: Tensor, _layout: Layout): Tensor {
    const features = this.#transform?.forward(widened(hidden)) ?? widened(hidden);
    return this.#classifier.forward(this.#dropout.forward(features));
  }
}

export const head: HeadKind = {
  create({ trunk, options, labels }) {
    const own = options as unknown as TokenClassOptions;
    return new TokenClassHead(trunk, own.labels ?? labels, own);
  },
};
