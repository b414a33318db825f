// B images, C channels, Y and X height and width of a feature map, M its places, N tokens of windows, n distances, H heads
import { z } from 'zod';
import {
  DropPath,
  LayerNorm,
  Linear,
  Module,
  notesRows,
  Parameter,
  rowOfTokens,
  Sublayer,
  withRowsOf,
  withTokens,
  type DistanceBias,
  type Layout,
} from '../../engine/nn/index.ts';
import {
  aten,
  cat,
  fromArray,
  zeros,
  wideType,
  type DType,
  type Shape,
  type Tensor,
} from '../../engine/tensor/index.ts';
import { activation, count, probability } from '../config-keys.ts';
import { sides, type Sides } from '../images.ts';
import type { Pass } from '../stack.ts';
import { mapsOfPlaces, withPlaces } from './convolutional.ts';
import { ActivatedDense } from '../encoder/pooler.ts';
import { Projection, SelfAttention } from './vit-layers.ts';

/** HF SwinConfig keys that affect the computation. */
export const swinSchema = z
  .looseObject({
    image_size: sides.default([224, 224]),
    patch_size: sides.default([4, 4]),
    num_channels: count.default(3),
    embed_dim: count.default(96),
    depths: z.array(count).min(1).default([2, 2, 6, 2]),
    num_heads: z.array(count).min(1).default([3, 6, 12, 24]),
    window_size: count.default(7),
    mlp_ratio: z.number().positive().default(4),
    qkv_bias: z.boolean().default(true),
    hidden_dropout_prob: probability.default(0),
    attention_probs_dropout_prob: probability.default(0),
    drop_path_rate: probability.default(0.1),
    hidden_act: activation.default('gelu'),
    use_absolute_embeddings: z.boolean().default(false),
    layer_norm_eps: z.number().default(1e-5),
  })
  .refine(({ num_heads: heads, depths }) => heads.length === depths.length, {
    path: ['num_heads'],
    error: 'must have as many entries as depths',
  });

export type SwinConfig = z.output<typeof swinSchema>;

/** Epsilon of norms for which the configuration has none. */
export const EPSILON = 1e-5;

/** Windows of feature maps that are padded to whole ones. `Places`: numbers in JavaScript, or a tensor of them. */
export interface Windows<Places> {
  /** Height and width of the padded maps. */
  size: Sides;
  /** Positions of the windows' tokens in the padded maps [B · Y · X], segment by segment. */
  order: Places;
  /** Token at each position of the original maps: [M] */
  back: Places;
  /** Each segment attends to itself; positions encode row and column within the window. */
  layout: Layout;
}

/** Windows of a stage's layers in turn, cached for the last shape of its maps. */
export class StageWindows {
  readonly #config: SwinConfig;
  readonly #isAlone: boolean;
  #known: { shape: string; kinds: readonly Windows<BigInt64Array>[] } = { shape: '', kinds: [] };

  constructor(config: SwinConfig, layers: number) {
    this.#config = config;
    this.#isAlone = layers === 1;
  }

  /** Windows from the corner, then shifted ones if a layer needs them and they differ; owned by the current scope. */
  of({ shape: [B, , Y, X], device }: Tensor): Windows<Tensor>[] {
    const shape = [B, Y, X].join();
    if (this.#known.shape !== shape) this.#known = { shape, kinds: this.#kindsOf(B, [Y, X]) };
    const uploaded = (places: BigInt64Array) => fromArray(places).toDevice(device);
    return this.#known.kinds.map((kind) => ({ ...kind, order: uploaded(kind.order), back: uploaded(kind.back) }));
  }

  #kindsOf(images: number, map: Sides): Windows<BigInt64Array>[] {
    const { window_size: most } = this.#config;
    const shorter = Math.min(map[0], map[1]);
    const window = Math.min(most, shorter);
    const shift = shorter <= most ? 0 : Math.floor(window / 2);
    const shifts = this.#isAlone || shift === 0 ? [0] : [0, shift];
    return shifts.map((by) => windowsOf(images, map, { most, window, shift: by }));
  }
}

/**
 * Windows that start `shift` places from the corner. Those that wrap around an edge are split into parts that do not
 * attend to each other.
 */
function windowsOf(
  images: number,
  map: Sides,
  { most, window, shift }: { most: number; window: number; shift: number },
): Windows<BigInt64Array> {
  const [height, width] = map.map((side) => Math.ceil(side / window) * window);
  const parts = Map.groupBy(placesOf([height, width]), ([row, column]) => {
    const [below, right] = [row >= height - shift, column >= width - shift];
    return [Math.floor(row / window), below, Math.floor(column / window), right].join();
  });
  const [order, positions, offsets, rowOf]: [number[], number[], number[], number[]] = [[], [], [0], []];
  // Parts of equal size are consecutive, so that attention processes them together.
  for (const part of [...parts.values()].toSorted((a, b) => b.length - a.length))
    for (let image = 0; image < images; image++) {
      for (const [row, column] of part) {
        const place = ((row + shift) % height) * width + ((column + shift) % width);
        order.push(image * height * width + place);
        positions.push((row % window) * (2 * most - 1) + (column % window));
      }
      offsets.push(order.length);
      rowOf.push(image);
    }
  const tokens = new Map(order.map((place, token) => [place, token]));
  const back = Array.from({ length: images }, (_, image) =>
    placesOf(map).map(([row, column]) => tokens.get((image * height + row) * width + column)!),
  ).flat();
  const layout = { offsets, rowOf, positions: BigInt64Array.from(positions, BigInt), causal: false };
  return {
    size: [height, width],
    order: BigInt64Array.from(order, BigInt),
    back: BigInt64Array.from(back, BigInt),
    layout,
  };
}

function placesOf([height, width]: Sides): Sides[] {
  return Array.from({ length: height * width }, (_, i) => [Math.floor(i / width), i % width] as const);
}

interface StageShape {
  width: number;
  heads: number;
}

/** Attention with a learned bias per distance in rows and columns. */
class BiasedAttention extends SelfAttention implements DistanceBias {
  readonly relative_position_bias_table: Parameter;

  constructor(config: SwinConfig, { width, heads }: StageShape, path: string) {
    super({ ...config, hidden_size: width, num_attention_heads: heads }, path);
    this.relative_position_bias_table = new Parameter([(2 * config.window_size - 1) ** 2, heads]);
  }

  of(distances: Tensor): Tensor {
    const { tensor, shape } = this.relative_position_bias_table;
    const wide = tensor.to(wideType(tensor.dtype));
    return wide.indexSelect(0, distances.neg().add((shape[0] - 1) / 2));
  }
  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    const { shape } = this.relative_position_bias_table;
    return name === 'relative_position_bias_table' ? zeros(shape, { dtype, device }) : undefined;
  }
}

class WindowAttention extends Module {
  readonly self: BiasedAttention;
  readonly output: Projection;

  constructor(config: SwinConfig, shape: StageShape, path: string) {
    super();
    this.self = new BiasedAttention(config, shape, `${path}.self`);
    const dropout = { probability: config.hidden_dropout_prob, site: `${path}.output` };
    this.output = new Projection({ in: shape.width, out: shape.width }, dropout);
  }

  /** Tokens of windows: [N, C] → [N, C] */
  forward(x: Tensor, layout: Layout): Tensor {
    return this.output.forward(this.self.forward(x, { layout }, this.self));
  }
}

export class Layer extends Module {
  readonly attention: WindowAttention;
  readonly intermediate: ActivatedDense;
  readonly output: Projection;
  readonly layernorm_before: LayerNorm;
  readonly layernorm_after: LayerNorm;
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;
  readonly #dropPath: DropPath;

  constructor(config: SwinConfig, shape: StageShape, place: { dropped: number; path: string }) {
    super();
    const { path, dropped } = place;
    const { width } = shape;
    const inner = Math.trunc(config.mlp_ratio * width);
    this.attention = new WindowAttention(config, shape, `${path}.attention`);
    this.intermediate = new ActivatedDense({ in: width, out: inner }, config.hidden_act);
    const dropout = { probability: config.hidden_dropout_prob, site: `${path}.output` };
    this.output = new Projection({ in: inner, out: width }, dropout);
    this.layernorm_before = new LayerNorm(width, config.layer_norm_eps);
    this.layernorm_after = new LayerNorm(width, config.layer_norm_eps);
    this.attention_sublayer = new Sublayer('attention', width);
    this.mlp_sublayer = new Sublayer('mlp', width);
    this.#dropPath = new DropPath(dropped, path);
  }

  /** x [M, C] → [M, C], the places of maps [B, ·, Y, X] */
  forward(x: Tensor, pass: Pass, { shape, windows }: { shape: Shape; windows: Windows<Tensor> }): Tensor {
    return withPlaces(pass, shape, (layout) => {
      const read = this.layernorm_before.forward(x);
      const attended = this.attention_sublayer.change(read, this.#attend(read, { shape, layout, windows }));
      const between = x.add(this.#dropPath.forward(attended, layout));
      const again = this.layernorm_after.forward(between);
      return between.add(this.mlp_sublayer.change(again, this.output.forward(this.intermediate.forward(again))));
    });
  }

  #attend(x: Tensor, maps: { shape: Shape; layout: Layout; windows: Windows<Tensor> }): Tensor {
    const [B, , Y, X] = maps.shape;
    const { size, layout, order, back } = maps.windows;
    const filling = [0, 0, 0, size[1] - X, 0, size[0] - Y];
    const filled = aten.constant_pad_nd.default(x.reshape(B, Y, X, -1), filling).flatten(0, 2);
    return withPlaces(maps, [B, 0, ...size], () =>
      withTokens(
        (tokens) => tokens.indexSelect(0, order),
        () =>
          withRowsOf(notesRows() ? rowOfTokens(layout) : undefined, () =>
            this.attention.forward(filled.indexSelect(0, order), layout).indexSelect(0, back),
          ),
      ),
    );
  }
}

/** Merges two by two tokens: half the rows and columns, twice the channels. */
export class PatchMerging extends Module {
  readonly reduction: Linear;
  readonly norm: LayerNorm;

  constructor(width: number) {
    super();
    this.reduction = new Linear(4 * width, 2 * width);
    this.norm = new LayerNorm(4 * width, EPSILON);
  }

  /** [M, C] of maps [B, ·, Y, X] → maps [B, 2C, Y / 2, X / 2], sides rounded up */
  forward(x: Tensor, pass: Pass, [B, , Y, X]: Shape): Tensor {
    const [height, width] = [Y, X].map((side) => Math.ceil(side / 2));
    const filled = aten.constant_pad_nd.default(x.reshape(B, Y, X, -1), [0, 0, 0, X % 2, 0, Y % 2]);
    const pairs = filled.reshape(B, height, 2, width, 2, -1); // rows and columns of each token of four
    const corner = (row: number, column: number) => pairs.select(4, column).select(2, row);
    const four = cat([corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1)], 3).flatten(0, 2); // [M / 4, 4C]
    const shape = [B, 0, height, width];
    return withPlaces(pass, shape, () => mapsOfPlaces(this.reduction.forward(this.norm.forward(four)), shape));
  }
}
