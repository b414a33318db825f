// P patches of all images, V width of the tower, H heads, d head size, k patches along a token's side
import { z } from 'zod';
import {
  activations,
  attention,
  Dropout,
  Linear,
  Module,
  ModuleBuffer,
  Parameter,
  RMSNorm,
  Rope,
  rotate,
  plainRmsNorm,
  type Activation,
  type Layout,
} from '../../engine/nn/index.ts';
import { aten, cat, fromArray, type DType, type Tensor } from '../../engine/tensor/index.ts';
import { activation, count, probability } from '../config-keys.ts';
import { Block, Stack, rotationsOf, type Pass, type PatchGrid, type StackInput } from '../stack.ts';
import { patchesOf } from '../images.ts';
import { fitting, groupPatches, patchLayout } from './patches.ts';

export const gemma4Vision = z.looseObject({
  hidden_size: count.default(768),
  intermediate_size: count.default(3072),
  num_hidden_layers: count.default(16),
  num_attention_heads: count.default(12),
  num_key_value_heads: count.default(12),
  head_dim: count.default(64),
  hidden_activation: activation.default('gelu_pytorch_tanh'),
  rms_norm_eps: z.number().default(1e-6),
  attention_dropout: probability.default(0),
  rope_parameters: z
    .looseObject({ rope_type: z.literal('default').optional(), rope_theta: z.number().positive() })
    .nullish(),
  pooling_kernel_size: count.default(3),
  patch_size: count.default(16),
  position_embedding_size: count.default(10_240),
  use_clipped_linears: z.boolean().default(false),
  standardize: z.boolean().default(false),
});

export type VisionConfig = z.output<typeof gemma4Vision>;

/** A linear layer whose input and output are clamped to bounds stored in the checkpoint. */
class BoundedLinear extends Module {
  readonly linear: Linear;
  readonly input_min?: ModuleBuffer;
  readonly input_max?: ModuleBuffer;
  readonly output_min?: ModuleBuffer;
  readonly output_max?: ModuleBuffer;

  constructor(from: number, to: number, { use_clipped_linears: isBounded }: VisionConfig) {
    super();
    this.linear = new Linear(from, to);
    if (!isBounded) return;
    [this.input_min, this.input_max] = [new ModuleBuffer([]), new ModuleBuffer([])];
    [this.output_min, this.output_max] = [new ModuleBuffer([]), new ModuleBuffer([])];
  }

  forward(x: Tensor): Tensor {
    return bounded(this.linear.forward(bounded(x, this.input_min, this.input_max)), this.output_min, this.output_max);
  }
  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor {
    return aten.full.default([], name.endsWith('_min') ? -Infinity : Infinity, { dtype, device });
  }
}

function bounded(x: Tensor, least?: ModuleBuffer, most?: ModuleBuffer): Tensor {
  if (least === undefined || most === undefined) return x;
  return aten.minimum.default(aten.maximum.default(x, least.value(x.dtype)), most.value(x.dtype));
}

class Attention extends Module {
  readonly q_proj: BoundedLinear;
  readonly k_proj: BoundedLinear;
  readonly v_proj: BoundedLinear;
  readonly o_proj: BoundedLinear;
  readonly q_norm: RMSNorm;
  readonly k_norm: RMSNorm;
  readonly #config: VisionConfig;
  readonly #dropout: Dropout;

  constructor(config: VisionConfig, path: string) {
    super();
    const { hidden_size: width, num_attention_heads: heads, num_key_value_heads: keyHeads, head_dim: size } = config;
    this.#config = config;
    this.#dropout = new Dropout(config.attention_dropout, path);
    this.q_proj = new BoundedLinear(width, heads * size, config);
    this.k_proj = new BoundedLinear(width, keyHeads * size, config);
    this.v_proj = new BoundedLinear(width, keyHeads * size, config);
    this.o_proj = new BoundedLinear(heads * size, width, config);
    this.q_norm = new RMSNorm(size, config.rms_norm_eps);
    this.k_norm = new RMSNorm(size, config.rms_norm_eps);
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const { head_dim: size, rms_norm_eps: epsilon } = this.#config;
    const [q, k, v] = [this.q_proj, this.k_proj, this.v_proj].map((part) =>
      part.forward(x).reshape(x.shape[0], -1, size),
    );
    const [queries, keys] = [turned(this.q_norm.forward(q), pass), turned(this.k_norm.forward(k), pass)];
    const request = { layout: pass.layout, scale: 1, dropout: this.#dropout };
    return this.o_proj.forward(attention(queries, keys, plainRmsNorm(v, epsilon), request).flatten(1));
  }
}

/** Rotates the first half of each head by column, the second by row: [P, H, d] */
function turned(x: Tensor, { rotations }: Pass): Tensor {
  return cat(
    [...rotations!.values()].map((rotation, half) => rotate(x.chunk(2, 2)[half], rotation)),
    2,
  );
}

class Mlp extends Module {
  readonly gate_proj: BoundedLinear;
  readonly up_proj: BoundedLinear;
  readonly down_proj: BoundedLinear;
  readonly #activation: Activation;

  constructor(config: VisionConfig) {
    super();
    const { hidden_size: width, intermediate_size: inner } = config;
    this.gate_proj = new BoundedLinear(width, inner, config);
    this.up_proj = new BoundedLinear(width, inner, config);
    this.down_proj = new BoundedLinear(inner, width, config);
    this.#activation = activations[config.hidden_activation];
  }

  forward(x: Tensor): Tensor {
    return this.down_proj.forward(this.#activation(this.gate_proj.forward(x)).mul(this.up_proj.forward(x)));
  }
}

class Layer extends Block {
  readonly self_attn: Attention;
  readonly mlp: Mlp;
  readonly input_layernorm: RMSNorm;
  readonly post_attention_layernorm: RMSNorm;
  readonly pre_feedforward_layernorm: RMSNorm;
  readonly post_feedforward_layernorm: RMSNorm;

  constructor(config: VisionConfig, path: string) {
    super();
    const norm = () => new RMSNorm(config.hidden_size, config.rms_norm_eps);
    this.self_attn = new Attention(config, `${path}.self_attn`);
    this.mlp = new Mlp(config);
    this.input_layernorm = norm();
    this.post_attention_layernorm = norm();
    this.pre_feedforward_layernorm = norm();
    this.post_feedforward_layernorm = norm();
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const attended = this.self_attn.forward(this.input_layernorm.forward(x), pass);
    const between = x.add(this.post_attention_layernorm.forward(attended));
    const fed = this.mlp.forward(this.pre_feedforward_layernorm.forward(between));
    return between.add(this.post_feedforward_layernorm.forward(fed));
  }
}

class PatchEmbedder extends Module {
  readonly input_proj: Linear;
  /** [2, S, V]: column positions, then row positions. */
  readonly position_embedding_table: Parameter;

  constructor({ patch_size: patch, hidden_size: width, position_embedding_size: positions }: VisionConfig) {
    super();
    this.input_proj = new Linear(3 * patch ** 2, width);
    this.position_embedding_table = new Parameter([2, positions, width]);
  }

  /** [P, values in 0 to 1] → [P, V] */
  forward(patches: Tensor, { axes }: Layout): Tensor {
    const table = this.position_embedding_table.value(patches.dtype);
    const [rows, columns] = axes!.map((axis) => fromArray(axis).toDevice(patches.device));
    const places = table.select(0, 0).indexSelect(0, columns).add(table.select(0, 1).indexSelect(0, rows));
    return this.input_proj.forward(patches.mul(2).add(-1)).add(places);
  }
}

class Encoder extends Module {
  readonly layers: readonly Layer[];

  constructor(config: VisionConfig) {
    super();
    this.layers = Array.from({ length: config.num_hidden_layers }, (_, i) => new Layer(config, `encoder.layers.${i}`));
  }
}

/** Vision transformer for images of any size. */
export class Gemma4Vision extends Stack {
  readonly patch_embedder: PatchEmbedder;
  readonly encoder: Encoder;
  readonly std_bias?: ModuleBuffer;
  readonly std_scale?: ModuleBuffer;
  readonly #config: VisionConfig;
  /** Column positions, then row positions. */
  readonly #ropes: readonly Rope[];

  constructor(config: VisionConfig) {
    super();
    const { head_dim: head, hidden_size: width, rope_parameters: rope } = config;
    this.#config = config;
    this.patch_embedder = new PatchEmbedder(config);
    this.encoder = new Encoder(config);
    if (config.standardize) [this.std_bias, this.std_scale] = [new ModuleBuffer([width]), new ModuleBuffer([width])];
    const options = {
      size: head / 2,
      theta: rope?.rope_theta ?? 100,
      scaling: { rope_type: 'default' } as const,
      maxPositions: 1,
    };
    const pairs = (axis: number) => Array.from({ length: head / 4 }, (_, frequency) => ({ axis, frequency }));
    this.#ropes = [1, 0].map((axis) => new Rope(options, pairs(axis)));
  }

  #imagesOf(input: StackInput) {
    return patchesOf(input, 3 * this.#config.patch_size ** 2);
  }
  override layoutOf(input: StackInput): Layout {
    const { grids } = this.#imagesOf(input);
    const { position_embedding_size: most } = this.#config;
    return patchLayout(fitting(grids, most));
  }
  override get blockList(): readonly Block[] {
    return this.encoder.layers;
  }
  override prepare(pass: Pass): void {
    pass.rotations = rotationsOf(this.#ropes, pass);
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    return this.patch_embedder.forward(this.#imagesOf(input).patches.toDevice(pass.device).to(pass.dtype), pass.layout);
  }

  /** Averages k × k patches: [P, V] → [tokens, V] */
  pooled(hidden: Tensor, grids: readonly PatchGrid[]): Tensor {
    const { pooling_kernel_size: k, hidden_size: width } = this.#config;
    const pooled = groupPatches(hidden, grids, k).mean(1).mul(Math.sqrt(width));
    if (this.std_bias === undefined || this.std_scale === undefined) return pooled;
    return pooled.sub(this.std_bias.value(pooled.dtype)).mul(this.std_scale.value(pooled.dtype));
  }
}
