// N tokens, D width
import { Sublayer, type Dropout, type RMSNorm } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { Block, type Pass } from '../stack.ts';
import type { AttentionPart, NormOf } from './attention.ts';
import type { FeedForwardPart } from './feed-forward.ts';
import { fusedLayer } from './layer-fused.ts';

/** Parts of a layer. */
export interface LayerParts {
  attention: AttentionPart;
  /** Its name in checkpoints. */
  attentionName: string;
  feedForward: FeedForwardPart;
  /** The feed-forward part's name in checkpoints. */
  feedForwardName: string;
  norm: NormOf;
  width: number;
  /** Factor of each sublayer's output (Granite). */
  residualScale: number;
  /** On each half's result (Phi-3). */
  dropouts?: { attention: Dropout; feedForward: Dropout };
}

/** A layer of a decoder: attention, then a feed-forward half, each added to what it read. */
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
    Object.assign(this, { [parts.attentionName]: parts.attention, [parts.feedForwardName]: parts.feedForward });
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const { residualScale: scale } = this.#parts;
    const add = (before: Tensor, result: Tensor) => before.add(scale === 1 ? result : result.mul(scale));
    const attended = add(x, this.attend(x, pass));
    return add(attended, this.feed(attended, pass));
  }

  /** Both halves, where their results are added as they are just now. */
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
    // Adapters read the result too.
    const result = this.#feedForward.forward(x, pass, isEnd && this.mlp_sublayer.isIdle);
    return this.mlp_sublayer.change(x, this.#parts.dropouts?.feedForward.forward(result) ?? result);
  }
}

/** Each half reads normalised values (Llama and most others). */
export class NormBefore extends DecoderLayer {
  readonly input_layernorm: RMSNorm;
  readonly post_attention_layernorm: RMSNorm;

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
  readonly post_attention_layernorm: RMSNorm;
  readonly post_feedforward_layernorm: RMSNorm;

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

/** Norms on the input and the output of each sublayer (Gemma 2). */
export class NormAround extends DecoderLayer {
  readonly input_layernorm: RMSNorm;
  readonly post_attention_layernorm: RMSNorm;
  readonly pre_feedforward_layernorm: RMSNorm;
  readonly post_feedforward_layernorm: RMSNorm;

  constructor(parts: LayerParts) {
    super(parts);
    this.input_layernorm = parts.norm(parts.width);
    this.post_attention_layernorm = parts.norm(parts.width);
    this.pre_feedforward_layernorm = parts.norm(parts.width);
    this.post_feedforward_layernorm = parts.norm(parts.width);
  }

  protected override attend(x: Tensor, pass: Pass): Tensor {
    return this.post_attention_layernorm.forward(super.attend(this.input_layernorm.forward(x), pass));
  }
  protected override feed(x: Tensor, pass: Pass): Tensor {
    return this.post_feedforward_layernorm.forward(super.feed(this.pre_feedforward_layernorm.forward(x), pass));
  }
}
