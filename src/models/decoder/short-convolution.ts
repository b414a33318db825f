// N tokens, S segments, X channels, k kernel size
import { earlierTokens, lastTokens, Linear, Module, Parameter, type Layout } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Pass } from '../stack.ts';
import type { AttentionPart } from './attention-part.ts';

/** Causal depthwise convolution: one kernel per channel over a token and those just before it. */
export class ShortConvolution extends Module {
  /** [X, 1, k] */
  readonly weight: Parameter;
  /** [X] */
  readonly bias?: Parameter;
  readonly #kernel: number;

  constructor({ channels, kernel, bias = false }: { channels: number; kernel: number; bias?: boolean }) {
    super();
    this.weight = new Parameter([channels, 1, kernel]);
    if (bias) this.bias = new Parameter([channels]);
    this.#kernel = kernel;
  }

  /** x [N, X], `before` [S, k - 1, X] from earlier passes → y [N, X]; `tail` returns what the next pass needs. */
  forward(x: Tensor, layout: Layout, before?: Tensor): { y: Tensor; tail: () => Tensor } {
    const weights = this.weight.value(x.dtype).squeeze(1); // [X, k]
    const rows = { layout, before: before?.to(x.dtype) };
    const sum = Array.from({ length: this.#kernel }, (_, distance) => {
      const shifted = distance === 0 ? x : earlierTokens(x, { ...rows, distance });
      return shifted.mul(weights.select(1, this.#kernel - 1 - distance));
    }).reduce((all, one) => all.add(one));
    return {
      y: this.bias === undefined ? sum : sum.add(this.bias.value(x.dtype)),
      tail: () => lastTokens(x, { ...rows, count: this.#kernel - 1 }),
    };
  }
}

/** A short convolution between two gates, in place of attention (LFM2, Liquid AI, 2025). */
export class GatedConvolution extends Module implements AttentionPart {
  readonly conv: ShortConvolution;
  readonly in_proj: Linear;
  readonly out_proj: Linear;
  readonly #kernel: number;
  readonly #layer: number;

  constructor(shape: { layer: number; width: number; kernel: number; bias: boolean }) {
    super();
    const { width, kernel, bias } = shape;
    this.conv = new ShortConvolution({ channels: width, kernel, bias });
    this.in_proj = new Linear(width, 3 * width, { bias });
    this.out_proj = new Linear(width, width, { bias });
    this.#kernel = kernel;
    this.#layer = shape.layer;
  }

  forward(x: Tensor, { layout, cache }: Pass): Tensor {
    const [before, after, value] = this.in_proj.forward(x).chunk(3, 1); // [N, X] each
    const gated = before.mul(value);
    const [earlier] = cache?.recall?.(this.#layer, [[this.#kernel - 1, gated.shape[1]]]) ?? [];
    const { y, tail } = this.conv.forward(gated, layout, earlier);
    cache?.retain?.(this.#layer, [tail()]);
    return this.out_proj.forward(after.mul(y));
  }
}
