// N tokens, D width
import { greatest } from '../../base/many.ts';
import { Embedding, RMSNorm, type Rope } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Trunk } from '../architecture.ts';
import type { RouterBalance } from '../balance.ts';
import { idsOf, Stack, withPlaced, type Block, type Pass, type StackInput } from '../stack.ts';
import { FusedAttention, SplitAttention, type AttentionPart, type AttentionTraits, type NormOf } from './attention.ts';
import type { DecoderConfig } from './config.ts';
import { FeedForward, type FeedForwardPart } from './feed-forward.ts';
import { NormBefore, type DecoderLayer, type LayerParts } from './layer.ts';
import type { Named } from './plain.ts';

/** Where a decoder differs from Llama. */
export interface DecoderTraits {
  /** Its differences from Llama's, or another module in its place. */
  attention(layer: number): AttentionTraits | Named<AttentionPart>;
  /** A layer's feed-forward half; gated and dense unless said. */
  feedForward?(layer: number): FeedForwardPart;
  /** Biases of the dense feed-forward half; none unless said. */
  mlpBias?: boolean;
  /** `mlp` unless said. */
  feedForwardName?: string;
  /** Where the norms of a layer stand; before each half unless said. */
  layer?: new (parts: LayerParts) => DecoderLayer;
  norm?: NormOf;
  /** Scales embeddings before the first layer: [N, D] → [N, D] */
  scaleEmbeddings?(x: Tensor): Tensor;
  /** Factor of each sublayer's output. */
  residualScale?: number;
  dropouts?(layer: number): LayerParts['dropouts'];
  balance?: RouterBalance;
}

/** A decoder with rotary positions and gated feed-forward layers (Touvron et al., 2023, and what grew out of it). */
export class Decoder extends Stack implements Trunk {
  readonly embed_tokens: Embedding;
  readonly layers: readonly DecoderLayer[];
  readonly norm: RMSNorm;
  readonly balance?: RouterBalance;
  readonly #ropes: ReadonlySet<Rope>;
  readonly #scaleEmbeddings: (x: Tensor) => Tensor;

  constructor(config: DecoderConfig, traits: DecoderTraits) {
    super();
    const norm = traits.norm ?? ((width) => new RMSNorm(width, config.rms_norm_eps));
    const indices = Array.from({ length: config.num_hidden_layers }, (_, layer) => layer);
    const attentions = indices.map((layer) => traits.attention(layer));
    this.embed_tokens = new Embedding(config.vocab_size, config.hidden_size);
    this.layers = indices.map((layer) => makeLayer(config, traits, { layer, norm, attention: attentions[layer] }));
    this.norm = norm(config.hidden_size);
    this.balance = traits.balance;
    this.#ropes = new Set(attentions.flatMap((attention) => ('module' in attention ? [] : (attention.rope ?? []))));
    this.#scaleEmbeddings = traits.scaleEmbeddings ?? ((x) => x);
  }

  get stack(): Stack {
    return this;
  }
  get width(): number {
    return this.embed_tokens.width;
  }
  get tokenTable(): Embedding {
    return this.embed_tokens;
  }
  override get blockList(): readonly Block[] {
    return this.layers;
  }

  override regimeOf(length: number): number {
    return greatest(
      [...this.#ropes].map((rope) => rope.regimeOf(length)),
      0,
    );
  }
  override outdates(from: number, to: number): boolean {
    return [...this.#ropes].some((rope) => rope.outdates(from, to));
  }
  override prepare(pass: Pass): void {
    const { positions, layout, dtype } = pass;
    pass.rotations = new Map([...this.#ropes].map((rope) => [rope, rope.rotation(positions, layout, dtype)]));
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    const words = input.embeddings ?? this.embed_tokens.forward(idsOf(input, pass), pass.dtype);
    return withPlaced(this.#scaleEmbeddings(words), input);
  }
  override finish(x: Tensor): Tensor {
    return this.norm.forward(x);
  }
}

function makeLayer(
  config: DecoderConfig,
  traits: DecoderTraits,
  place: { layer: number; norm: NormOf; attention: AttentionTraits | Named<AttentionPart> },
): DecoderLayer {
  const { layer, norm, attention } = place;
  const { hidden_size: width, intermediate_size: inner, hidden_act: activation } = config;
  const Layer = traits.layer ?? NormBefore;
  return new Layer({
    attention: 'module' in attention ? attention.module : attentionOf(config, attention, { layer, norm }),
    attentionName: 'module' in attention ? attention.name : 'self_attn',
    feedForward: traits.feedForward?.(layer) ?? new FeedForward({ width, inner, activation, bias: traits.mlpBias }),
    feedForwardName: traits.feedForwardName ?? 'mlp',
    norm,
    width,
    residualScale: traits.residualScale ?? 1,
    dropouts: traits.dropouts?.(layer),
  });
}

function attentionOf(config: DecoderConfig, traits: AttentionTraits, place: { layer: number; norm: NormOf }) {
  const Attention = traits.isFused === true ? FusedAttention : SplitAttention;
  return new Attention(config, traits, place);
}
