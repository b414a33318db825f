import { Linear, ModuleBuffer, Parameter, type Term } from '../../engine/nn/index.ts';
import { zeros, type DType, type Tensor } from '../../engine/tensor/index.ts';
import { tokenTableOf, type Trunk } from '../architecture.ts';
import type { HeadKind } from './head.ts';
import { place } from './place.ts';
import { linearTerms, TokenHead } from './token-head.ts';

interface Options {
  /** Name in checkpoints: `lm_head`, `proj_out`. */
  name: string;
  /** Shares the input embedding instead of having its own weight. */
  tied: boolean;
  softcap?: number;
  scale?: number;
  /** Whether logits have a bias, even with a tied matrix. */
  bias?: boolean;
  /** Name of a fixed bias per token in checkpoints: [1, V]. */
  logitsBias?: string;
}

class LanguageModelHead extends TokenHead {
  override readonly softcap: number;
  override readonly scale: number;
  readonly #trunk: Trunk;
  readonly #own: Linear | undefined;
  readonly #bias: Parameter | undefined;
  readonly #logitsBias: ModuleBuffer | undefined;

  constructor(trunk: Trunk, options: Options) {
    super();
    this.#trunk = trunk;
    this.softcap = options.softcap ?? 0;
    this.scale = options.scale ?? 1;
    if (options.logitsBias !== undefined) {
      this.#logitsBias = new ModuleBuffer([1, tokenTableOf(trunk).count]);
      Object.assign(this, { [options.logitsBias]: this.#logitsBias });
    }
    const { count } = tokenTableOf(trunk);
    if (!options.tied) {
      this.#own = new Linear(trunk.width, count, { bias: options.bias });
      place(this, options.name, this.#own);
    } else if (options.bias === true) {
      this.#bias = new Parameter([count]);
      place(this, `${options.name}.bias`, this.#bias);
    }
  }

  /** The fixed bias comes from pre-training; new models start with zeros. */
  override fixedValue(_name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    return this.#logitsBias && zeros(this.#logitsBias.shape, { dtype, device });
  }

  protected override terms(hidden: Tensor): Term[] {
    if (this.#own !== undefined) return linearTerms(this.#own, hidden);
    return tokenTableOf(this.#trunk).headTerms(hidden);
  }

  protected override outputBias(): Parameter | Tensor | undefined {
    return this.#logitsBias?.tensor.flatten() ?? this.#own?.bias ?? this.#bias;
  }
}

/** Next-token prediction, with an output matrix that may be tied to the embedding. */
export const head: HeadKind = {
  create: ({ trunk, options }) => new LanguageModelHead(trunk, options as unknown as Options),
};
