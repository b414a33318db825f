// N tokens, T texts, I images, R rows of either, E width of the shared space
import { Module } from '../../engine/nn/index.ts';
import { aten, type Tensor } from '../../engine/tensor/index.ts';
import type { Towers, Trunk } from '../architecture.ts';
import type { StackInput } from '../stack.ts';
import type { HeadKind } from './head.ts';
import { ofRows, widened } from './pooling.ts';

/** Embeds texts and images and compares them, in f32 (f64 in an f64 pass). All weights belong to the trunk. */
export class ContrastiveHead extends Module {
  readonly #trunk: Trunk;

  constructor(trunk: Trunk) {
    super();
    this.#trunk = trunk;
  }

  get #towers(): Towers {
    if (this.#trunk.towers === undefined) throw new Error('this trunk has no text and image towers');
    return this.#trunk.towers;
  }

  /** Normalised vectors of a pass's rows (images if the input has features, else texts): hidden [N, D] → [R, E] */
  vectors(hidden: Tensor, input: StackInput): Tensor {
    const { text, image } = this.#towers;
    const tower = input.features === undefined ? text : image;
    const layout = tower.stack.layoutOf(input);
    const vectors = ofRows(layout, () => tower.vectors(widened(hidden), { ids: input.ids, layout }));
    return vectors.div(aten.linalg_vector_norm.default(vectors, { dim: [-1], keepdim: true }));
  }

  /** texts [T, E], images [I, E] → scaled (and shifted) cosines [T, I] */
  scores(texts: Tensor, images: Tensor): Tensor {
    const { logScale, bias } = this.#towers;
    const scores = texts.matmul(images.transpose(0, 1)).mul(logScale.value(texts.dtype).exp());
    return bias === undefined ? scores : scores.add(bias.value(texts.dtype));
  }
}

export const head: HeadKind = {
  create: ({ trunk }) => new ContrastiveHead(trunk),
};
