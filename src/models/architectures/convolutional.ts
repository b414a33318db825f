// B images, C channels, Y and X height and width, N pixels of all feature maps
import {
  activations,
  BatchNorm2d,
  Convolution2d,
  encoderTokens,
  layoutOfRows,
  Module,
  notesRows,
  rowOfTokens,
  withRowsOf,
  withTokens,
  type Activation,
  type Layout,
} from '../../engine/nn/index.ts';
import { aten, type Shape, type Tensor } from '../../engine/tensor/index.ts';
import { imagesOf } from '../images.ts';
import { Stack, type Pass, type StackInput } from '../stack.ts';

export interface NormedConvolutionShape {
  in: number;
  out: number;
  kernel: number;
  stride?: number;
  padding?: number;
  dilation?: number;
  groups?: number;
  deviation?: number;
  epsilon: number;
  /** Activation after the norm; none by default. */
  activation?: string;
}

/** torch's channels_last memory format, in which convolutions need not copy their feature maps. */
const CHANNELS_LAST = 2;

/** Convolution without bias, norm, activation: [B, C, Y, X] → [B, C', Y', X'] */
export class NormedConvolution extends Module {
  readonly convolution: Convolution2d;
  readonly normalization: BatchNorm2d;
  readonly #activation: Activation | undefined;

  constructor(shape: NormedConvolutionShape) {
    super();
    const { in: from, out, activation, epsilon, ...options } = shape;
    this.convolution = new Convolution2d({ in: from, out }, { ...options, bias: false });
    this.normalization = new BatchNorm2d(out, epsilon);
    this.#activation = activation === undefined ? undefined : activations[activation];
  }

  forward(x: Tensor): Tensor {
    const maps = aten.contiguous.default(x, { memory_format: CHANNELS_LAST });
    const normed = this.normalization.forward(this.convolution.forward(maps));
    return this.#activation?.(normed) ?? normed;
  }
}

/** Blocks over feature maps; the tokens are the pixels of the last map. */
export abstract class ConvolutionalStack extends Stack {
  override readonly watchesNorm = false;
  readonly #channels: number;

  constructor({ num_channels: channels }: { num_channels: number }) {
    super();
    this.#channels = channels;
  }

  /** Layers before the blocks: [B, C, Y, X] → [B, C', Y', X'] */
  protected abstract stem(images: Tensor, pass: Pass): Tensor;
  /** Side of the last feature map, given the image's height (axis 0) or width (axis 1). */
  protected abstract sideOf(side: number, axis: 0 | 1): number;

  get stack(): Stack {
    return this;
  }
  override layoutOf(input: StackInput): Layout {
    const [images, , height, width] = this.#images(input).shape;
    const places = this.sideOf(height, 0) * this.sideOf(width, 1);
    return layoutOfRows(Array<number>(images).fill(places), { causal: false });
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    return this.stem(this.#images(input).toDevice(pass.device).to(pass.dtype), pass);
  }
  override finish(x: Tensor): Tensor {
    return tokensOfPlaces(x);
  }

  #images(input: StackInput): Tensor {
    return imagesOf(input, { channels: this.#channels });
  }
}

/** Turns each pixel into a token, row by row: [B, C, Y, X] → [N, C] */
export function tokensOfPlaces(x: Tensor): Tensor {
  return x.flatten(2).transpose(1, 2).flatten(0, 1);
}

/** Inverse of `tokensOfPlaces`, for maps of shape [B, ·, Y, X]: [N, C] → [B, C, Y, X] */
export function mapsOfPlaces(tokens: Tensor, [images, , height, width]: Shape): Tensor {
  return tokens.reshape(images, height, width, -1).permute(0, 3, 1, 2);
}

/**
 * Runs layers that treat the pixels of feature maps [B, ·, Y, X] as tokens. These outnumber the pass's tokens, so
 * random numbers and per-row gradients are attributed to each pixel's image.
 */
export function withPlaces<T>(
  pass: Pick<Pass, 'layout'>,
  [images, , height, width]: Shape,
  body: (layout: Layout) => T,
): T {
  const layout = layoutOfRows(Array<number>(images).fill(height * width), { causal: false });
  const rows = notesRows() ? rowOfTokens(layout) : undefined;
  return withTokens(
    (tokens) => encoderTokens(tokens, pass.layout, layout),
    () => withRowsOf(rows, () => body(layout)),
  );
}

/** Probability that each layer of a stage is skipped, rising evenly to `most` over all stages' layers. */
export function dropRates(depths: readonly number[], stage: number, most: number): number[] {
  const before = depths.slice(0, stage).reduce((sum, depth) => sum + depth, 0);
  const last = Math.max(1, depths.reduce((sum, depth) => sum + depth, 0) - 1);
  return Array.from({ length: depths[stage] }, (_, i) => (most * (before + i)) / last);
}

/** A side after repeated halving, rounded up each time, as by padded stride-2 convolutions. */
export function halved(side: number, times: number): number {
  let halves = side;
  for (let i = 0; i < times; i++) halves = Math.ceil(halves / 2);
  return halves;
}
