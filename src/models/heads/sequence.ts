// N tokens, R rows, D width, C classes
import { cat, fromArray, type Tensor } from '../../tensor/index.ts';
import { Linear, Module, type Layout } from '../../nn/index.ts';
import type { HeadKind } from './head.ts';

interface Options {
  /** Its name in the checkpoint: `classifier`, `score`. */
  name: string;
  /** Which hidden state stands for a row. */
  pool: 'first' | 'last' | 'mean';
  bias: boolean;
  /** A layer of the trunk between pooling and the classifier (BERT's pooler). */
  pooler?: (pooled: Tensor) => Tensor;
}

/** One score per class and row. */
export class SequenceHead extends Module {
  readonly labels: readonly string[];
  readonly #classifier: Linear;
  readonly #options: Options;

  constructor(width: number, labels: readonly string[], options: Options) {
    super();
    this.labels = labels;
    this.#options = options;
    this.#classifier = new Linear(width, labels.length, { bias: options.bias });
    Object.assign(this, { [options.name]: this.#classifier });
  }

  /** hidden [N, D] → logits f32 [R, C] */
  scores(hidden: Tensor, layout: Layout): Tensor {
    const pooled = pool(hidden, layout, this.#options.pool);
    const features = this.#options.pooler === undefined ? pooled : this.#options.pooler(pooled);
    const logits = this.#classifier.forward(features);
    return logits.dtype === 'f64' ? logits : logits.to('f32');
  }
}

/** [N, D] → [R, D]: one hidden state for each segment. */
function pool(hidden: Tensor, layout: Layout, how: Options['pool']): Tensor {
  const { offsets, rowOf } = layout;
  if (how === 'mean') return cat(rowOf.map((_, s) => hidden.narrow(0, offsets[s], offsets[s + 1] - offsets[s]).mean(0, { keepdim: true })));
  const places = rowOf.map((_, s) => BigInt(how === 'first' ? offsets[s] : offsets[s + 1] - 1));
  return hidden.indexSelect(0, fromArray(BigInt64Array.from(places)).toDevice(hidden.device));
}

export const head: HeadKind = {
  create: ({ trunk, options, labels }) => new SequenceHead(trunk.width, labels, options as unknown as Options),
};
