// N tokens, R rows, D width, C classes
import { cat, fromArray, type Tensor } from '../../tensor/index.ts';
import { Dropout, Linear, Module, segmentLengths, type Layout } from '../../nn/index.ts';
import type { Trunk } from '../architecture.ts';
import type { HeadKind } from './head.ts';

interface Options {
  /** Its name in the checkpoint: `classifier`, `score`. */
  name: string;
  /** Which hidden state stands for a row. */
  pool: 'first' | 'last' | 'mean';
  bias: boolean;
  /** Whether the trunk's pooler stands between pooling and the classifier. */
  pooler?: boolean;
  /** Probability of dropout before the classifier. */
  dropout?: number;
}

/** One score per class and row, computed in f32: rows are few, and their scores decide. */
export class SequenceHead extends Module {
  readonly labels: readonly string[];
  readonly #classifier: Linear;
  readonly #options: Options;
  readonly #trunk: Trunk;
  readonly #dropout: Dropout;

  constructor(trunk: Trunk, labels: readonly string[], options: Options) {
    super();
    this.labels = labels;
    this.#options = options;
    this.#trunk = trunk;
    this.#dropout = new Dropout(options.dropout ?? 0, options.name);
    this.#classifier = new Linear(trunk.width, labels.length, { bias: options.bias });
    Object.assign(this, { [options.name]: this.#classifier });
  }

  /** hidden [N, D] → logits f32 [R, C] (f64 in an f64 pass) */
  scores(hidden: Tensor, layout: Layout): Tensor {
    const places = layout.rowOf.map((_, s) =>
      BigInt(this.#options.pool === 'last' ? layout.offsets[s + 1] - 1 : layout.offsets[s]),
    );
    const index = fromArray(BigInt64Array.from(places)).toDevice(hidden.device);
    const pooled = this.#options.pool === 'mean' ? meanOfSegments(hidden, layout) : hidden.indexSelect(0, index);
    let features = pooled.dtype === 'f64' ? pooled : pooled.to('f32');
    if (this.#options.pooler === true && this.#trunk.pooler !== undefined)
      features = this.#trunk.pooler.forward(features);
    return this.#classifier.forward(this.#dropout.forward(features, index));
  }
}

/** [N, D] → [S, D] */
function meanOfSegments(hidden: Tensor, layout: Layout): Tensor {
  return cat(hidden.split(segmentLengths(layout)).map((segment) => segment.mean(0, { keepdim: true })));
}

export const head: HeadKind = {
  create: ({ trunk, options, labels }) => new SequenceHead(trunk, labels, options as unknown as Options),
};
