// N frames, R rows, D width, V vocabulary, T frames of a row
import { Convolution, Dropout, Linear, Module, segmentLengths, type Layout } from '../../engine/nn/index.ts';
import { aten, cat, fromArray, wideType, type Tensor } from '../../engine/tensor/index.ts';
import type { Trunk } from '../architecture.ts';
import type { HeadKind } from './head.ts';
import { place } from './place.ts';

interface Options {
  vocabularySize: number;
  /** Name in checkpoints; `lm_head` by default. */
  name?: string;
  /** Stored as a convolution with kernel size 1 (Parakeet). */
  isConvolution?: boolean;
  /** Id of the blank. */
  blank: number;
  /** Dropout probability before the projection. */
  dropout: number;
  /** Reduction of the rows' losses, as in the reference: their sum, or the mean after dividing each by its text's length. */
  reduction: 'sum' | 'mean';
  /** Whether a text too long for its frames has a loss of zero instead of infinity. */
  zeroInfinity: boolean;
}

/** Scores a vocabulary at every frame; texts are read from them without alignment (Graves et al., 2006). */
export class CtcHead extends Module {
  readonly vocabularySize: number;
  readonly #scores: Linear | Convolution;
  readonly blank: number;
  readonly reduction: Options['reduction'];
  readonly #zeroInfinity: boolean;
  readonly #dropout: Dropout;

  constructor(trunk: Trunk, options: Options) {
    super();
    const { name = 'lm_head', vocabularySize } = options;
    this.vocabularySize = vocabularySize;
    this.#scores =
      options.isConvolution === true
        ? new Convolution({ in: trunk.width, out: vocabularySize }, { kernel: 1 })
        : new Linear(trunk.width, vocabularySize, { bias: true });
    place(this, name, this.#scores);
    this.blank = options.blank;
    this.reduction = options.reduction;
    this.#zeroInfinity = options.zeroInfinity;
    this.#dropout = new Dropout(options.dropout, name);
  }

  /** hidden [N, D] → logits f32 [N, V] (f64 in an f64 pass). Vocabularies of letters are small. */
  logits(hidden: Tensor): Tensor {
    const read = this.#dropout.forward(hidden);
    const scores = this.#scores;
    const logits = scores instanceof Convolution ? scores.forward(read.unsqueeze(2)).squeeze(2) : scores.forward(read);
    return logits.to(wideType(logits.dtype));
  }

  /** -log P(text) of each row, summed over all alignments: f32 [R]. */
  losses(hidden: Tensor, layout: Layout, texts: readonly ArrayLike<number>[]): Tensor {
    const logProbs = this.logits(hidden).logSoftmax(-1).split(segmentLengths(layout)); // [T, V] each
    const options = { blank: this.blank, reduction: 0, zero_infinity: this.#zeroInfinity };
    return cat(
      texts.map((ids, row) => {
        const targets = fromArray(BigInt64Array.from(ids, BigInt)).toDevice(hidden.device);
        const frames = logProbs[row];
        return aten.ctc_loss
          .IntList(frames.unsqueeze(1), targets.unsqueeze(0), [frames.shape[0]], [ids.length], options)
          .reshape(1);
      }),
    );
  }

  /** The most probable id of each frame: [N]. */
  bestIds(hidden: Tensor): number[] {
    return this.logits(hidden).argmax(-1).toNumbers();
  }
}

export const head: HeadKind = {
  create: ({ trunk, options }) => new CtcHead(trunk, options as unknown as Options),
};
