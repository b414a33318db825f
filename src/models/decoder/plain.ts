// N tokens, D width
/** Decoders with LayerNorm and a two-layer feed-forward sublayer, as GPT has them. */
import {
  activations,
  Linear,
  Module,
  Sublayer,
  type Activation,
  type Dropout,
  type Embedding,
  type LayerNorm,
  type Rope,
} from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Trunk } from '../architecture.ts';
import { Block, idsOf, Stack, rotationsOf, type Pass, type StackInput } from '../stack.ts';

/** A module and its name in checkpoints. */
export interface Named<Part extends Module> {
  name: string;
  module: Part;
}

/** Attention as this file needs it, without depending on an implementation. */
interface AttentionSublayer extends Module {
  /** x [N, D] → [N, D] */
  forward(x: Tensor, pass: Pass): Tensor;
}

/**
 * Placement of norms. `before`: each sublayer normalises its input and adds its result to the stream; `before, and kept`:
 * to the normalised input instead; `after`: each sum is normalised; `side by side`: both sublayers read the layer's
 * input.
 */
export type Arrangement = 'before' | 'before, and kept' | 'after' | 'side by side';

export interface PlainLayerParts {
  attention: { name: string; module: AttentionSublayer };
  /** Without a name, its modules are direct children of the layer (OPT). */
  feedForward: { name?: string; module: PlainFeedForward };
  attentionNorm: Named<LayerNorm>;
  /** `side by side` only: absent if both sublayers share one norm. */
  feedForwardNorm?: Named<LayerNorm>;
  arrangement: Arrangement;
  /** Applied to each sublayer's result. */
  dropouts: { attention: Dropout; feedForward: Dropout };
}

/** A layer: attention and feed-forward, each added to the residual stream. */
export class PlainLayer extends Block {
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;
  readonly #parts: PlainLayerParts;

  constructor(parts: PlainLayerParts) {
    super();
    this.#parts = parts;
    const { attentionNorm, attention, feedForwardNorm, feedForward } = parts;
    const { name, module } = feedForward;
    const width = module.layers[1].module.outFeatures;
    this.attention_sublayer = new Sublayer('attention', width);
    this.mlp_sublayer = new Sublayer('mlp', width);
    const fed = name === undefined ? module.layers : [{ name, module }];
    assignParts(this, [attentionNorm, attention, feedForwardNorm, ...fed]);
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const { arrangement, attentionNorm, feedForwardNorm = attentionNorm } = this.#parts;
    const [first, second] = [attentionNorm.module, feedForwardNorm.module];
    if (arrangement === 'side by side') {
      const read = first.forward(x);
      const fed = this.#feed(first === second ? read : second.forward(x));
      return x.add(this.#attend(read, pass)).add(fed);
    }
    if (arrangement === 'after') {
      const attended = first.forward(x.add(this.#attend(x, pass)));
      return second.forward(attended.add(this.#feed(attended)));
    }
    const keeps = arrangement === 'before, and kept';
    const read = first.forward(x);
    const attended = (keeps ? read : x).add(this.#attend(read, pass));
    const again = second.forward(attended);
    return (keeps ? again : attended).add(this.#feed(again));
  }

  #attend(x: Tensor, pass: Pass): Tensor {
    const { attention, dropouts } = this.#parts;
    return this.attention_sublayer.change(x, dropouts.attention.forward(attention.module.forward(x, pass)));
  }
  #feed(x: Tensor): Tensor {
    const { feedForward, dropouts } = this.#parts;
    return this.mlp_sublayer.change(x, dropouts.feedForward.forward(feedForward.module.forward(x)));
  }
}

/** Two linear layers with an activation between them. */
export class PlainFeedForward extends Module {
  readonly #layers: readonly [Named<Linear>, Named<Linear>];
  readonly #activation: Activation;

  constructor(layers: readonly [Named<Linear>, Named<Linear>], activation: string) {
    super();
    this.#layers = layers;
    this.#activation = activations[activation];
    assignParts(this, layers);
  }

  get layers(): readonly Named<Linear>[] {
    return this.#layers;
  }

  forward(x: Tensor): Tensor {
    const [inner, outer] = this.#layers;
    return outer.module.forward(this.#activation(inner.module.forward(x)));
  }
}

class Around extends Module {}

/** Wraps a part with a dotted name in an outer module. */
export function inModule({ name, module }: Named<Module>): Named<Module> {
  const [outer, inner] = name.split('.');
  if (inner === undefined) return { name, module };
  const around = new Around();
  assignParts(around, [{ name: inner, module }]);
  return { name: outer, module: around };
}

/** Two linear layers by their names, with an activation between them. */
export class NamedFeedForward extends PlainFeedForward {
  constructor(
    names: readonly [inner: string, outer: string],
    { in: from, inner, out = from }: { in: number; inner: number; out?: number },
    { bias = true, activation }: { bias?: boolean; activation: string },
  ) {
    const layers = [new Linear(from, inner, { bias }), new Linear(inner, out, { bias })];
    super(
      [
        { name: names[0], module: layers[0] },
        { name: names[1], module: layers[1] },
      ],
      activation,
    );
  }
}

export interface PlainParts {
  tokens: Named<Embedding>;
  /** Learned positions; the first `offset` rows belong to no token. */
  positions?: Named<Embedding> & { offset: number };
  embeddingNorm?: Named<LayerNorm>;
  /** Between the embedding's width and the layers'. */
  projections?: { in: Named<Linear>; out: Named<Linear> };
  layers: { name: string; list: readonly PlainLayer[] };
  finalNorm?: Named<LayerNorm>;
  rope?: Rope;
  /** Applied to the first layer's input. */
  dropout?: Dropout;
}

export class PlainDecoder extends Stack implements Trunk {
  readonly #parts: PlainParts;

  constructor(parts: PlainParts) {
    super();
    this.#parts = parts;
    const { tokens, positions, embeddingNorm, projections, finalNorm } = parts;
    assignParts(this, [tokens, positions, projections?.out, projections?.in, embeddingNorm]);
    Object.assign(this, { [parts.layers.name]: parts.layers.list });
    assignParts(this, [finalNorm]);
  }

  get stack(): Stack {
    return this;
  }
  get width(): number {
    return this.#parts.tokens.module.width;
  }
  get tokenTable(): Embedding {
    return this.#parts.tokens.module;
  }
  override get blockList(): readonly Block[] {
    return this.#parts.layers.list;
  }
  override regimeOf(length: number): number {
    return this.#parts.rope?.regimeOf(length) ?? 0;
  }
  override outdates(from: number, to: number): boolean {
    return this.#parts.rope?.outdates(from, to) === true;
  }
  override prepare(pass: Pass): void {
    const { rope } = this.#parts;
    if (rope !== undefined) pass.rotations = rotationsOf([rope], pass);
  }

  override embed(input: StackInput, pass: Pass): Tensor {
    const { tokens, positions, embeddingNorm, projections, dropout } = this.#parts;
    const words = input.embeddings ?? tokens.module.forward(idsOf(input, pass), pass.dtype);
    const wide = projections?.in.module.forward(words) ?? words;
    const placed =
      positions === undefined
        ? wide
        : wide.add(positions.module.forward(pass.positions.add(positions.offset), pass.dtype));
    const normed = embeddingNorm?.module.forward(placed) ?? placed;
    return dropout?.forward(normed) ?? normed;
  }

  override finish(x: Tensor): Tensor {
    const { finalNorm, projections } = this.#parts;
    const normed = finalNorm?.module.forward(x) ?? x;
    // A stage must return a new tensor, hence the copy.
    return projections?.out.module.forward(normed) ?? (normed === x ? x.clone() : normed);
  }
}

/** Assigns parts to a module under their names in checkpoints. */
export function assignParts(owner: Module, parts: readonly (Named<Module> | undefined)[]): void {
  for (const part of parts) if (part !== undefined) Object.assign(owner, { [part.name]: part.module });
}
