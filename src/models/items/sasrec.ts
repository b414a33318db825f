// N items of all rows, D width, H heads, d head size
import { z } from 'zod';
import { activations, Dropout, Embedding, LayerNorm, Linear } from '../../engine/nn/index.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import { parseConfig } from '../raw-config.ts';
import { count, probability } from '../config-keys.ts';
import { attendSelf } from '../architectures/self-attention.ts';
import { Block, idsOf, Stack, type Pass, type StackInput } from '../stack.ts';
import type { ItemArchitecture, ItemTrunk } from './item-model.ts';

/** The authors' code has no configuration file; keys are attune's own, defaults are theirs. */
const schema = z
  .looseObject({
    /** Items and special tokens. */
    vocab_size: count,
    /** Maximum history length, including the start token. */
    max_positions: count.default(51),
    hidden_size: count.default(50),
    num_blocks: count.default(2),
    num_heads: count.default(1),
    dropout: probability.default(0.2),
    layer_norm_eps: z.number().default(1e-8),
  })
  .refine(({ hidden_size: width, num_heads: heads }) => width % heads === 0, {
    path: ['num_heads'],
    error: 'must divide hidden_size',
  });

type SasRecConfig = z.output<typeof schema>;

/** Both residual connections start from the normalised input, as in the authors' code. */
class SasRecBlock extends Block {
  readonly attention_norm: LayerNorm;
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly feed_forward_norm: LayerNorm;
  readonly inner: Linear;
  readonly outer: Linear;
  readonly #place: number;
  readonly #heads: number;
  readonly #dropouts: Record<'attention' | 'inner' | 'outer', Dropout>;

  constructor({ hidden_size: width, num_heads: heads, dropout, layer_norm_eps: eps }: SasRecConfig, place: number) {
    super();
    const dense = () => new Linear(width, width, { bias: true });
    this.attention_norm = new LayerNorm(width, eps);
    this.query = dense();
    this.key = dense();
    this.value = dense();
    this.feed_forward_norm = new LayerNorm(width, eps);
    this.inner = dense();
    this.outer = dense();
    this.#place = place;
    this.#heads = heads;
    const site = (name: string) => new Dropout(dropout, `blocks.${place}.${name}`);
    this.#dropouts = { attention: site('attention'), inner: site('inner'), outer: site('outer') };
  }

  override forward(x: Tensor, pass: Pass): Tensor {
    const normal = this.attention_norm.forward(x);
    // Only the queries are normalised.
    const [q, k, v] = [this.query.forward(normal), this.key.forward(x), this.value.forward(x)].map((part) =>
      part.reshape(x.shape[0], this.#heads, -1),
    ); // [N, H, d]
    const options = { scale: 1 / Math.sqrt(q.shape[2]), dropout: this.#dropouts.attention };
    const attended = normal.add(attendSelf(pass, this.#place, { q, k, v }, options));
    return this.#feedForward(this.feed_forward_norm.forward(attended));
  }

  #feedForward(x: Tensor): Tensor {
    const inner = this.#dropouts.inner.forward(activations.relu(this.inner.forward(x)));
    return x.add(this.#dropouts.outer.forward(this.outer.forward(inner)));
  }
}

/** Causal self-attention over a user's history, with learned positions (SASRec, Kang and McAuley, 2018). */
class SasRec extends Stack implements ItemTrunk {
  readonly item_emb: Embedding;
  readonly pos_emb: Embedding;
  readonly blocks: readonly SasRecBlock[];
  readonly last_norm: LayerNorm;
  readonly #dropout: Dropout;

  constructor(config: SasRecConfig) {
    super();
    this.item_emb = new Embedding(config.vocab_size, config.hidden_size);
    this.pos_emb = new Embedding(config.max_positions, config.hidden_size);
    this.blocks = Array.from({ length: config.num_blocks }, (_, place) => new SasRecBlock(config, place));
    this.last_norm = new LayerNorm(config.hidden_size, config.layer_norm_eps);
    this.#dropout = new Dropout(config.dropout, 'item_emb');
  }

  get stack(): Stack {
    return this;
  }
  get width(): number {
    return this.item_emb.width;
  }
  get tokenTable(): Embedding {
    return this.item_emb;
  }
  override get blockList(): readonly Block[] {
    return this.blocks;
  }
  override embed(input: StackInput, pass: Pass): Tensor {
    const items = input.embeddings ?? this.item_emb.forward(idsOf(input, pass), pass.dtype);
    const scaled = items.mul(Math.sqrt(this.width));
    return this.#dropout.forward(scaled.add(this.pos_emb.forward(pass.positions, pass.dtype)));
  }
  override finish(x: Tensor): Tensor {
    return this.last_norm.forward(x);
  }
  itemVectors(ids: Tensor, dtype: Pass['dtype']): Tensor {
    return this.item_emb.forward(ids, dtype);
  }
}

export const architecture: ItemArchitecture = {
  modelType: 'sasrec',
  prefix: 'sasrec',
  modalities: ['items'],
  build: (raw) => new SasRec(parseConfig(schema, raw)),
  heads: () => ({
    'next-item': { head: 'next-item', className: 'SasRecForNextItem', options: { name: 'item_head', tied: true } },
  }),
  newConfig: ({ vocabularySize, maxPositions, width, blocks, heads, dropout }) => ({
    model_type: 'sasrec',
    vocab_size: vocabularySize,
    max_positions: maxPositions,
    hidden_size: width,
    num_blocks: blocks,
    num_heads: heads,
    dropout,
    layer_norm_eps: 1e-8,
    initializer_range: 0.02,
  }),
  limits(raw) {
    const config = parseConfig(schema, raw);
    return { vocabularySize: config.vocab_size, maxPositions: config.max_positions };
  },
};
