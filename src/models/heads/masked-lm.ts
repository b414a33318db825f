import { activations, LayerNorm, Linear, Module, Parameter, type Activation, type Term } from '../../nn/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import { tokenTableOf, type Trunk } from '../architecture.ts';
import type { HeadKind } from './head.ts';
import { linearTerms, TokenHead } from './token-head.ts';

interface Options {
  activation: string;
  normEpsilon: number;
  /** Shares the table of input tokens. */
  tied: boolean;
}

class Transform extends Module {
  readonly dense: Linear;
  readonly LayerNorm: LayerNorm;
  readonly #activation: Activation;

  constructor(width: number, options: Options) {
    super();
    this.dense = new Linear(width, width, { bias: true });
    this.LayerNorm = new LayerNorm(width, options.normEpsilon);
    this.#activation = activations[options.activation];
  }

  forward(x: Tensor): Tensor {
    return this.LayerNorm.forward(this.#activation(this.dense.forward(x)));
  }
}

class Predictions extends Module {
  readonly bias: Parameter;
  readonly transform: Transform;
  readonly decoder?: Linear;

  constructor(trunk: Trunk, options: Options) {
    super();
    this.bias = new Parameter([tokenTableOf(trunk).count]);
    this.transform = new Transform(trunk.width, options);
    if (!options.tied) this.decoder = new Linear(trunk.width, tokenTableOf(trunk).count);
  }
}

class MaskedPrediction extends Module {
  readonly predictions: Predictions;

  constructor(trunk: Trunk, options: Options) {
    super();
    this.predictions = new Predictions(trunk, options);
  }
}

/** BERT's head: a transform, then the token table (or a matrix of its own) with a bias (`cls.predictions.*`). */
class MaskedLanguageModelHead extends TokenHead {
  readonly cls: MaskedPrediction;
  readonly #trunk: Trunk;

  constructor(trunk: Trunk, options: Options) {
    super();
    this.#trunk = trunk;
    this.cls = new MaskedPrediction(trunk, options);
  }

  protected override transform(hidden: Tensor): Tensor {
    return this.cls.predictions.transform.forward(hidden);
  }
  protected override terms(hidden: Tensor): Term[] {
    const { decoder } = this.cls.predictions;
    return decoder === undefined ? tokenTableOf(this.#trunk).headTerms(hidden) : linearTerms(decoder, hidden);
  }
  protected override outputBias(): Tensor {
    return this.cls.predictions.bias.tensor;
  }
}

export const head: HeadKind = {
  create: ({ trunk, options }) => new MaskedLanguageModelHead(trunk, options as unknown as Options),
};
