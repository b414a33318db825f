// N tokens, D width
import { Sublayer, type Dropout } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { Block, type Pass } from '../stack.ts';
import type { AttentionPart, Norm, NormOf } from './attention-part.ts';
import type { FeedForwardPart } from './feed-forward.ts';
import { fusedLayer } from './layer-fused.ts';

export interface LayerParts {
  attention: AttentionPart;
  /** Name in checkpoints. */
  attentionName: string;
  feedForward: FeedForwardPart;
  /** Name in checkpoints; empty if its modules are direct children of the layer. */
  feedForwardName: string;
  norm: NormOf;
  width: number;
  /** Scales each sublayer's output (Granite). */
  residualScale: number;
  /** Applied to each sublayer's result (Phi-3). */
  dropouts?: { attention: Dropout; feedForward: Dropout };
}

/** A decoder layer: attention, then feed-forward, each added to the residual stream. */
export abstract class DecoderLayer extends Block {
  readonly attention_sublayer: Sublayer;
  readonly mlp_sublayer: Sublayer;
  readonly #attention: AttentionPart;
  readonly #feedForward: FeedForwardPart;
  readonly #parts: LayerParts;

  constructor(parts: LayerParts) {
    super();
    this.#attention = parts.attention;
    this.#feedForward = parts.feedForward;
    this.#parts = parts;
    this.attention_sublayer = new Sublayer('attention', parts.width);
    this.mlp_sublayer = new Sublayer('mlp', parts.width);
    Object.assign(this, { [parts.attentionName]: parts.attention });
    const { feedForwardName: name, feedForward } = parts;
    Object.assign(this, name === '' ? Object.fromEntries(feedForward.children()) : { [name]: feedForward });
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const { residualScale: scale } = this.#parts;
    const add = (before: Tensor, result: Tensor) => before.add(scale === 1 ? result : result.mul(scale));
    const attended = add(x, this.attend(x, pass));
    return add(attended, this.feed(attended, pass));
  }

  /** Both sublayers, if their results are currently added unchanged. */
  protected get plainParts(): { attention: AttentionPart; feedForward: FeedForwardPart } | undefined {
    const { residualScale, dropouts } = this.#parts;
    const isPlain = this.attention_sublayer.isIdle && this.mlp_sublayer.isIdle;
    return isPlain && residualScale === 1 && dropouts === undefined ? this.#parts : undefined;
  }

  protected attend(x: Tensor, pass: Pass): Tensor {
    const result = this.#attention.forward(x, pass);
    return this.attention_sublayer.change(x, this.#parts.dropouts?.attention.forward(result) ?? result);
  }
  protected feed(x: Tensor, pass: Pass, isEnd = false): Tensor {
    // An adapter on the sublayer needs the result as well.
    const result = this.#feedForward.forward(x, pass, isEnd && this.mlp_sublayer.isIdle);
    return this.mlp_sublayer.change(x, this.#parts.dropouts?.feedForward.forward(result) ?? result);
  }
}

/** Norms on the input of each sublayer (Llama and most others). */
export class NormBefore extends DecoderLayer {
  readonly input_layernorm: Norm;
  readonly post_attention_layernorm: Norm;

  constructor(parts: LayerParts) {
    super(parts);
    this.input_layernorm = parts.norm(parts.width);
    this.post_attention_layernorm = parts.norm(parts.width);
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const parts = this.plainParts;
    const norms = [this.input_layernorm, this.post_attention_layernorm];
    return (parts && fusedLayer(x, pass, { ...parts, norms })) ?? super.forward(x, pass);
  }

  protected override attend(x: Tensor, pass: Pass): Tensor {
    return super.attend(this.input_layernorm.forward(x), pass);
  }
  protected override feed(x: Tensor, pass: Pass): Tensor {
    return super.feed(this.post_attention_layernorm.forward(x), pass, true);
  }
}

/** Norms on the output of each sublayer (OLMo 2). */
export class NormAfter extends DecoderLayer {
  readonly post_attention_layernorm: Norm;
  readonly post_feedforward_layernorm: Norm;

  constructor(parts: LayerParts) {
    super(parts);
    this.post_attention_layernorm = parts.norm(parts.width);
    this.post_feedforward_layernorm = parts.norm(parts.width);
  }

  protected override attend(x: Tensor, pass: Pass): Tensor {
    return this.post_attention_layernorm.forward(super.attend(x, pass));
  }
  protected override feed(x: Tensor, pass: Pass): Tensor {
    return this.post_feedforward_layernorm.forward(super.feed(x, pass));
  }
}

/** Names of the norms before and after each sublayer of a layer. */
export interface NormNames {
  attention: readonly [before: string, after: string];
  feedForward: readonly [before: string, after: string];
}

/** Norms on the input and the output of each sublayer, with their names in checkpoints. */
export function normsAround({ attention, feedForward }: NormNames): new (parts: LayerParts) => DecoderLayer {
  return class extends DecoderLayer {
    readonly #norms: readonly Norm[];

    constructor(parts: LayerParts) {
      super(parts);
      const names = [...attention, ...feedForward];
      this.#norms = names.map(() => parts.norm(parts.width));
      Object.assign(this, Object.fromEntries(names.map((name, i) => [name, this.#norms[i]])));
    }

    protected override attend(x: Tensor, pass: Pass): Tensor {
      return this.#norms[1].forward(super.attend(this.#norms[0].forward(x), pass));
    }
    protected override feed(x: Tensor, pass: Pass): Tensor {
      return this.#norms[3].forward(super.feed(this.#norms[2].forward(x), pass));
    }
  };
}

/** Names of the four norms in Gemma 2 and 3. */
export const NormAround = normsAround({
  attention: ['input_layernorm', 'post_attention_layernorm'],
  feedForward: ['pre_feedforward_layernorm', 'post_feedforward_layernorm'],
});

/** Both sublayers read the same normalised input in parallel (Cohere). */
export class SideBySide extends DecoderLayer {
  readonly input_layernorm: Norm;

  constructor(parts: LayerParts) {
    super(parts);
    this.input_layernorm = parts.norm(parts.width);
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const read = this.input_layernorm.forward(x);
    return x.add(this.attend(read, pass)).add(this.feed(read, pass, true));
  }
}
