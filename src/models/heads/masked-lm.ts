// N tokens, D width, E embedding width, V vocabulary
import { Linear, Parameter, type Term } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { tokenTableOf, type Trunk } from '../architecture.ts';
import type { HeadKind } from './head.ts';
import { place } from './place.ts';
import { linearTerms, TokenHead } from './token-head.ts';
import { Transform, type TransformPlan } from './transform.ts';

export interface MaskedLanguageModelOptions {
  /** Layer before the scores, in most models. */
  transform?: TransformPlan;
  /** Path of the output matrix: `cls.predictions.decoder`. */
  decoder: string;
  /** Path of the output bias: `cls.predictions.bias`; absent without one. */
  bias?: string;
  /** Whether the output matrix is the input embedding. */
  tied: boolean;
}

/** Optional transform, then the (possibly tied) output matrix, usually with a bias (Devlin et al., 2019). */
class MaskedLanguageModelHead extends TokenHead {
  readonly #trunk: Trunk;
  readonly #transform: Transform | undefined;
  readonly #decoder: Linear | undefined;
  readonly #bias: Parameter | undefined;

  constructor(trunk: Trunk, options: MaskedLanguageModelOptions) {
    super();
    this.#trunk = trunk;
    const { count, width } = tokenTableOf(trunk);
    const { transform } = options;
    if (transform !== undefined) this.#transform = new Transform(this, transform, { in: trunk.width, out: width });
    if (!options.tied) {
      this.#decoder = new Linear(width, count);
      place(this, options.decoder, this.#decoder);
    }
    if (options.bias === undefined) return;
    this.#bias = new Parameter([count]);
    place(this, options.bias, this.#bias);
  }

  protected override transform(hidden: Tensor): Tensor {
    return this.#transform?.forward(hidden) ?? hidden;
  }
  protected override terms(hidden: Tensor): Term[] {
    return this.#decoder === undefined
      ? tokenTableOf(this.#trunk).headTerms(hidden)
      : linearTerms(this.#decoder, hidden);
  }
  protected override outputBias(): Parameter | Tensor | undefined {
    return this.#bias;
  }
}

export const head: HeadKind = {
  create: ({ trunk, options }) => new MaskedLanguageModelHead(trunk, options as unknown as MaskedLanguageModelOptions),
};
