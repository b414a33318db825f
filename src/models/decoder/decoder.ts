// N tokens, D width
import { greatest } from '../../base/many.ts';
import { Embedding, type Module, renamed, RMSNorm, type Rope } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { Trunk } from '../architecture.ts';
import type { RouterBalance } from '../balance.ts';
import { idsOf, Stack, withPlaced, rotationsOf, type Block, type Pass, type StackInput } from '../stack.ts';
import {
  FusedAttention,
  SplitAttention,
  type AttentionPart,
  type AttentionTraits,
  type Norm,
  type NormOf,
} from './attention-part.ts';
import type { DecoderConfig } from './config.ts';
import { FeedForward, type FeedForwardPart } from './feed-forward.ts';
import { NormBefore, type DecoderLayer, type LayerParts } from './layer.ts';
import type { Named } from './plain.ts';

/** Differences from Llama. */
export interface DecoderTraits {
  /** Differences of the attention, or a module in its place. */
  attention?(layer: number): AttentionTraits | Named<AttentionPart>;
  /** Replaces the whole layer. */
  block?(layer: number, norm: NormOf): Block;
  /** The feed-forward sublayer; gated and dense by default. */
  feedForward?(layer: number): FeedForwardPart;
  /** Biases in the dense feed-forward sublayer; none by default. */
  mlpBias?: boolean;
  /** Renames in checkpoints: the decoder's own parts, a layer's, and its attention's. */
  names?: Partial<Record<'decoder' | 'layer' | 'attention', Readonly<Record<string, string>>>>;
  /** `mlp` by default. */
  feedForwardName?: string;
  /** Placement of a layer's norms; before each sublayer by default. */
  layer?: new (parts: LayerParts) => DecoderLayer;
  /** Builds layers that have more than the usual parts (T5Gemma). */
  newLayer?(parts: LayerParts): DecoderLayer;
  norm?: NormOf;
  /** Scales embeddings before the first layer: [N, D] → [N, D] */
  scaleEmbeddings?(x: Tensor): Tensor;
  /** Modules before the first and after the last layer. */
  ends?: readonly DecoderEnd[];
  /** Token that `ends` read in place of images; the first one by default. */
  imagesReadAs?: number;
  /** Scales each sublayer's output. */
  residualScale?: number;
  dropouts?(layer: number): LayerParts['dropouts'];
  balance?: RouterBalance;
}

/** Modules around the decoder's layers, besides embedding and final norm. */
export interface DecoderEnd {
  /** Keyed by their names in checkpoints. */
  modules: Readonly<Record<string, Module | readonly Module[]>>;
  /** Runs between the embedding and the first layer: x already has the images in place; `input` has a placeholder's id there. */
  begin?(x: Tensor, input: StackInput, pass: Pass): Tensor;
  /** Runs between the last layer and the final norm. */
  finish?(x: Tensor): Tensor;
}

/** A decoder with rotary positions and gated feed-forward layers (Touvron et al., 2023, and its descendants). */
export class Decoder extends Stack implements Trunk {
  readonly embed_tokens: Embedding;
  readonly layers: readonly Block[];
  readonly norm: Norm;
  readonly balance?: RouterBalance;
  readonly #ropes: ReadonlySet<Rope>;
  readonly #scaleEmbeddings: (x: Tensor) => Tensor;
  readonly #ends: readonly DecoderEnd[];
  readonly #imagesReadAs: number;

  constructor(config: DecoderConfig, traits: DecoderTraits) {
    super();
    const norm = traits.norm ?? ((width) => new RMSNorm(width, config.rms_norm_eps));
    const indices = Array.from({ length: config.num_hidden_layers }, (_, layer) => layer);
    this.embed_tokens = new Embedding(config.vocab_size, config.hidden_size);
    this.layers = indices.map((layer) => traits.block?.(layer, norm) ?? makeLayer(config, traits, { layer, norm }));
    this.norm = norm(config.hidden_size);
    this.balance = traits.balance;
    this.#ends = traits.ends ?? [];
    this.#imagesReadAs = traits.imagesReadAs ?? 0;
    Object.assign(this, ...this.#ends.map(({ modules }) => modules));
    renamed(this, traits.names?.decoder ?? {});
    this.#ropes = new Set([...this.modules()].flatMap(([, module]) => (module as Partial<AttentionPart>).rope ?? []));
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
    pass.rotations = rotationsOf(this.#ropes, pass);
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    const words = this.#scaleEmbeddings(input.embeddings ?? this.embed_tokens.forward(idsOf(input, pass), pass.dtype));
    const plain = this.#withoutImages(input);
    return this.#ends.reduce((x, end) => end.begin?.(x, plain, pass) ?? x, withPlaced(words, input));
  }
  #withoutImages(input: StackInput): StackInput {
    const { placed, ids } = input;
    if (placed === undefined || ids === undefined) return input;
    const plain = ids.slice();
    for (const place of placed.places) plain[Number(place)] = BigInt(this.#imagesReadAs);
    return { ...input, ids: plain };
  }
  override finish(x: Tensor): Tensor {
    return this.norm.forward(this.#ends.reduce((y, end) => end.finish?.(y) ?? y, x));
  }
}

function makeLayer(config: DecoderConfig, traits: DecoderTraits, place: { layer: number; norm: NormOf }): DecoderLayer {
  const { layer, norm } = place;
  const attention = traits.attention?.(layer) ?? {};
  const { hidden_size: width, intermediate_size: inner, hidden_act: activation } = config;
  const { layer: Layer = NormBefore, newLayer = (parts) => new Layer(parts) } = traits;
  const made = newLayer({
    attention:
      'module' in attention
        ? attention.module
        : renamed(attentionOf(config, attention, place), traits.names?.attention ?? {}),
    attentionName: 'module' in attention ? attention.name : 'self_attn',
    feedForward: traits.feedForward?.(layer) ?? new FeedForward({ width, inner, activation, bias: traits.mlpBias }),
    feedForwardName: traits.feedForwardName ?? 'mlp',
    norm,
    width,
    residualScale: traits.residualScale ?? 1,
    dropouts: traits.dropouts?.(layer),
  });
  return renamed(made, traits.names?.layer ?? {});
}

function attentionOf(config: DecoderConfig, traits: AttentionTraits, place: { layer: number; norm: NormOf }) {
  const Attention = traits.isFused === true ? FusedAttention : SplitAttention;
  return new Attention(config, traits, place);
}
