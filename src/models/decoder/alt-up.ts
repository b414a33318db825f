// N tokens, D width, A streams
import { z } from 'zod';
import { Linear, Module, Parameter, RMSNorm } from '../../engine/nn/index.ts';
import { aten, cat, zeros, type DType, type Tensor } from '../../engine/tensor/index.ts';
import { count } from '../config-keys.ts';
import type { DecoderConfig } from './config.ts';
import type { DecoderEnd } from './decoder.ts';

/** config.json keys of AltUp. */
export const altUpKeys = {
  altup_num_inputs: count.default(4),
  altup_active_idx: z.int().min(0).default(0),
  altup_correct_scale: z.boolean().default(true),
};

type AltUpConfig = z.output<z.ZodObject<typeof altUpKeys>>;

/** Expands the embedding into several streams before the first layer, and averages them after the last. */
export function streams({ hidden_size: width }: DecoderConfig, count: number): DecoderEnd {
  const projections = () => Array.from({ length: count - 1 }, () => new Linear(width, width));
  const [altup_projections, altup_unembed_projections] = [projections(), projections()];
  return {
    modules: { altup_projections, altup_unembed_projections },
    begin: (x) =>
      cat(
        [x, ...altup_projections.map((one) => asLargeAs(x, one.forward(x)))].map((one) => one.unsqueeze(1)),
        1,
      ),
    finish(x) {
      const first = x.select(1, 0);
      const others = altup_unembed_projections.map((one, i) => asLargeAs(first, one.forward(x.select(1, i + 1))));
      return others.reduce((sum, one) => sum.add(one), first).div(count);
    },
  };
}

/** x [N, D], scaled to the root mean square of `other`. */
function asLargeAs(other: Tensor, x: Tensor): Tensor {
  const square = (one: Tensor) => one.pow(2).mean(-1, { keepdim: true });
  return x.mul(aten.sqrt.default(square(other))).div(aten.sqrt.default(aten.clamp_min.default(square(x), 1e-5)));
}

/**
 * Predicts every stream from a layer's input and corrects them with the output of the one stream that the layer
 * computes (Baykal et al., 2023).
 */
export class AltUp extends Module {
  readonly correct_output_scale: Parameter;
  readonly correction_coefs: Linear;
  readonly prediction_coefs: Linear;
  readonly modality_router: Linear;
  readonly router_norm: RMSNorm;
  readonly #active: number;
  readonly #count: number;
  readonly #isScaled: boolean;

  constructor({ hidden_size: width, rms_norm_eps: epsilon }: DecoderConfig, own: AltUpConfig) {
    super();
    const { altup_num_inputs: count } = own;
    this.correct_output_scale = new Parameter([width]);
    this.correction_coefs = new Linear(count, count);
    this.prediction_coefs = new Linear(count, count ** 2);
    this.modality_router = new Linear(width, count);
    this.router_norm = new RMSNorm(width, epsilon);
    this.#active = own.altup_active_idx;
    this.#count = count;
    this.#isScaled = own.altup_correct_scale;
  }

  override fixedValue(name: string, options: { dtype: DType; device: string }): Tensor | undefined {
    return name === 'correct_output_scale' ? zeros(this.correct_output_scale.shape, options) : undefined;
  }

  /** The stream that the layer computes: [N, A, D] → [N, D] */
  activeOf(x: Tensor): Tensor {
    return x.select(1, this.#active);
  }

  /** [N, A, D] → [N, A, D] */
  predict(x: Tensor): Tensor {
    const weights = this.prediction_coefs.forward(this.#modalities(this.activeOf(x)));
    return x.add(weights.reshape(-1, this.#count, this.#count).matmul(x));
  }

  /** predicted [N, A, D], computed [N, D] → [N, A, D] */
  correct(predicted: Tensor, computed: Tensor): Tensor {
    const news = computed.sub(this.activeOf(predicted));
    const weights = this.correction_coefs.forward(this.#modalities(computed)).add(1); // [N, A]
    return predicted.add(weights.unsqueeze(2).mul(news.unsqueeze(1)));
  }

  scaled(x: Tensor): Tensor {
    return this.#isScaled ? x.mul(this.correct_output_scale.value(x.dtype)) : x;
  }

  /** [N, D] → [N, A] */
  #modalities(x: Tensor): Tensor {
    const routed = this.modality_router.forward(this.router_norm.forward(x).div(x.shape[1]));
    return aten.tanh.default(routed);
  }
}

/** Low-rank layer in parallel with attention (LAuReL). */
export class Laurel extends Module {
  readonly linear_left: Linear;
  readonly linear_right: Linear;
  readonly post_laurel_norm: RMSNorm;

  constructor({ hidden_size: width, rms_norm_eps: epsilon }: DecoderConfig, rank: number) {
    super();
    this.linear_left = new Linear(width, rank);
    this.linear_right = new Linear(rank, width);
    this.post_laurel_norm = new RMSNorm(width, epsilon);
  }

  forward(x: Tensor): Tensor {
    return x.add(this.post_laurel_norm.forward(this.linear_right.forward(this.linear_left.forward(x))));
  }
}
