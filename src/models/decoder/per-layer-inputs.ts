// N tokens, D width, L layers, P width of a layer's own input
import { z } from 'zod';
import { activations, Embedding, Linear, Module, RMSNorm, type Activation } from '../../engine/nn/index.ts';
import { aten, tensor, type Tensor } from '../../engine/tensor/index.ts';
import { idsOf, type Pass, type StackInput } from '../stack.ts';
import type { Architecture } from '../architecture.ts';
import { parseConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import type { DecoderConfig } from './config.ts';
import type { DecoderEnd } from './decoder.ts';

/** config.json keys of per-layer inputs. */
export const perLayerKeys = {
  vocab_size_per_layer_input: count.default(262_144),
  hidden_size_per_layer_input: z.int().min(0).default(256),
};

type PerLayerConfig = z.output<z.ZodObject<typeof perLayerKeys>> & {
  /** The row that images read, which the reference does not train. */
  pad_token_id?: number;
};

/** Grows the per-layer table together with the vocabulary. */
export const perLayerTables = {
  withVocabulary: (raw, size) => ({ ...raw, vocab_size: size, vocab_size_per_layer_input: size }),
  otherTableRows: (raw) => [parseConfig(z.looseObject(perLayerKeys), raw).vocab_size_per_layer_input],
} satisfies Partial<Architecture>;

const LEFT = 'inputs of layers';

/** One embedding table per layer, mixed with a projection of the main embedding (Gemma 3n, Gemma 4). */
export function perLayerInputs(config: DecoderConfig, own: PerLayerConfig): DecoderEnd {
  const { hidden_size: width, num_hidden_layers: layers, rms_norm_eps: epsilon } = config;
  const { hidden_size_per_layer_input: size, vocab_size_per_layer_input: known } = own;
  const table = new Embedding(known, layers * size, { fixed: own.pad_token_id });
  const projection = new Linear(width, layers * size);
  const norm = new RMSNorm(size, epsilon);
  return {
    modules: { embed_tokens_per_layer: table, per_layer_model_projection: projection, per_layer_projection_norm: norm },
    begin(x, input, pass) {
      const N = x.shape[0];
      const projected = norm.forward(
        projection
          .forward(x)
          .mul(width ** -0.5)
          .reshape(N, layers, size),
      );
      const root = tensor([Math.sqrt(size)], { dtype: x.dtype, device: x.device });
      const looked = table
        .forward(knownIds(input, pass, known), pass.dtype)
        .mul(root)
        .reshape(N, layers, size);
      pass.leave(LEFT, projected.add(looked).mul(Math.SQRT1_2));
      return x;
    },
  };
}

/** Maps tokens that the table lacks to its first row, as the reference does: int64 [N] */
function knownIds(input: StackInput, pass: Pass, known: number): Tensor {
  const ids = idsOf(input, pass);
  return aten.masked_fill.Scalar(ids, aten.ge.Scalar(ids, known), 0);
}

/** Adds a layer's own input to the stream, gated by the stream. */
export class PerLayerInput extends Module {
  readonly per_layer_input_gate: Linear;
  readonly per_layer_projection: Linear;
  readonly post_per_layer_input_norm: RMSNorm;
  readonly #layer: number;
  readonly #activation: Activation;

  constructor(config: DecoderConfig, size: number, layer: number) {
    super();
    const { hidden_size: width, rms_norm_eps: epsilon } = config;
    this.per_layer_input_gate = new Linear(width, size);
    this.per_layer_projection = new Linear(size, width);
    this.post_per_layer_input_norm = new RMSNorm(width, epsilon);
    this.#layer = layer;
    this.#activation = activations[config.hidden_act];
  }

  /** x [N, D] → [N, D] */
  forward(x: Tensor, { left }: Pass): Tensor {
    const gate = this.#activation(this.per_layer_input_gate.forward(x)); // [N, P]
    const own = left.get(LEFT)!.select(1, this.#layer);
    return this.post_per_layer_input_norm.forward(this.per_layer_projection.forward(gate.mul(own)));
  }
}
