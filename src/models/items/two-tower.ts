// N items of all rows, n compared items, D width
import { z } from 'zod';
import {
  activations,
  Dropout,
  LayerNorm,
  Linear,
  segmentLengths,
  withTokens,
  type Module,
} from '../../engine/nn/index.ts';
import { aten, cat, type Tensor } from '../../engine/tensor/index.ts';
import type { EmbeddingOptions } from '../heads/embedding.ts';
import type { ItemTextReader, ReadTexts } from './item-texts.ts';
import type { Model } from '../model.ts';
import { parseConfig } from '../raw-config.ts';
import { count, probability } from '../config-keys.ts';
import { widened } from '../heads/pooling.ts';
import { Block, idsOf, Stack, type Pass } from '../stack.ts';
import type { ItemArchitecture, ItemInput, ItemTrunk } from './item-model.ts';
import { ItemTable, type ItemFeatureSizes } from './item-table.ts';

const size = z.int().min(0).default(0);

/** transformers has no such model; the keys are attune's own. */
const schema = z.looseObject({
  /** Items, user features and special tokens. */
  vocab_size: count,
  /** Maximum history length, including the tokens before its first item. */
  max_positions: count.default(51),
  hidden_size: count.default(64),
  /** Blocks of each tower. */
  num_blocks: size.default(1),
  dropout: probability.default(0.2),
  id_dropout: probability.default(0.1),
  words: size,
  words_of_item: size,
  tags: size,
  tags_of_item: size,
  numbers: size,
  text_width: size,
  text_tokens: size,
  /** Configuration and pooling of a text encoder that is trained along. */
  text_encoder: z.looseObject({}).optional(),
  text_embedding: z
    .looseObject({ pooling: z.string(), pooler: z.boolean().optional(), normalise: z.boolean() })
    .optional(),
});

type TwoTowerConfig = z.output<typeof schema>;

const EPSILON = 1e-5;

/** Residual block of two layers. */
class TowerBlock extends Block {
  readonly norm: LayerNorm;
  readonly inner: Linear;
  readonly outer: Linear;
  readonly #dropout: Dropout | undefined;

  /** `site` names the dropout; without it, there is none. */
  constructor({ hidden_size: width, dropout }: TwoTowerConfig, site?: string) {
    super();
    this.norm = new LayerNorm(width, EPSILON);
    this.inner = new Linear(width, 2 * width, { bias: true });
    this.outer = new Linear(2 * width, width, { bias: true });
    this.#dropout = site === undefined ? undefined : new Dropout(dropout, site);
  }

  override forward(x: Tensor): Tensor {
    const inner = activations.gelu(this.inner.forward(this.norm.forward(x)));
    return x.add(this.outer.forward(this.#dropout?.forward(inner) ?? inner));
  }
}

/**
 * Two towers (Yi et al., 2019; Covington et al., 2016): one reads the mean of a user's history, the other an item;
 * their product is the score. The order of the history does not matter.
 */
class TwoTower extends Stack implements ItemTrunk {
  readonly text_encoder?: Model;
  readonly item_emb: ItemTable;
  readonly user_blocks: readonly TowerBlock[];
  readonly item_blocks: readonly TowerBlock[];
  readonly #dropout: Dropout;

  constructor(config: TwoTowerConfig, textEncoder: Model | undefined) {
    super();
    if (textEncoder !== undefined) this.text_encoder = textEncoder;
    const { vocab_size: items, hidden_size: width, num_blocks: blocks, dropout, id_dropout: idDropout } = config;
    this.item_emb = new ItemTable(items, width, { sizes: sizesOf(config), idDropout, textEncoder });
    const places = Array.from({ length: blocks }, (_, place) => place);
    this.user_blocks = places.map((place) => new TowerBlock(config, `user_blocks.${place}`));
    // No dropout in the item tower: a step's items are compared with all rows, so they cannot be keyed by a row.
    this.item_blocks = places.map(() => new TowerBlock(config));
    this.#dropout = new Dropout(dropout, 'history');
  }

  get stack(): Stack {
    return this;
  }
  get width(): number {
    return this.item_emb.width;
  }
  get tokenTable(): ItemTable {
    return this.item_emb;
  }
  get textReader(): ItemTextReader | undefined {
    return this.item_emb.textReader;
  }
  get newlyInitialised(): readonly Module[] | undefined {
    return this.textReader && [this.item_emb, ...this.user_blocks, ...this.item_blocks];
  }
  override get blockList(): readonly Block[] {
    return this.user_blocks;
  }

  /** Running mean of each row's items: [N, D] */
  override embed(input: ItemInput, pass: Pass): Tensor {
    const items = input.embeddings ?? this.item_emb.forward(idsOf(input, pass), pass.dtype, input.texts);
    const dropped = widened(this.#dropout.forward(items));
    const sums = dropped.split(segmentLengths(pass.layout)).map((row) => aten.cumsum.default(row, 0));
    return cat(sums).div(pass.positions.add(1).to(dropped.dtype).unsqueeze(1)).to(pass.dtype);
  }

  /** ids int64 [n] → [n, D] */
  itemVectors(ids: Tensor, dtype: Pass['dtype'], texts?: ReadTexts): Tensor {
    const vectors = (): Tensor =>
      this.item_blocks.reduce((x, block) => block.forward(x), this.item_emb.forward(ids, dtype, texts));
    // Dropout is keyed by item, so that it is the same for all occurrences in a step.
    return withTokens(() => ids, vectors);
  }
}

function sizesOf(config: TwoTowerConfig): ItemFeatureSizes {
  const { words, words_of_item: wordsOfItem, tags, tags_of_item: tagsOfItem, numbers } = config;
  const { text_width: textWidth, text_tokens: textTokens } = config;
  return { words, wordsOfItem, tags, tagsOfItem, numbers, textWidth, textTokens };
}

export const architecture: ItemArchitecture = {
  modelType: 'two_tower',
  prefix: 'two_tower',
  modalities: ['items'],
  readsFeatures: true,
  build: (raw, { textEncoder }) => new TwoTower(parseConfig(schema, raw), textEncoder),
  textEncoder(raw) {
    const { text_encoder: config, text_embedding: embedding } = parseConfig(schema, raw);
    if (config === undefined) return undefined;
    return { config, embedding: (embedding ?? { pooling: 'mean', normalise: true }) as EmbeddingOptions };
  },
  heads: () => ({ 'next-item': { head: 'items', className: 'TwoTowerForItemRetrieval', options: {} } }),
  newConfig: ({ vocabularySize, maxPositions, width, blocks, dropout, features, textEncoder }) => ({
    model_type: 'two_tower',
    vocab_size: vocabularySize,
    max_positions: maxPositions,
    hidden_size: width,
    num_blocks: blocks,
    dropout,
    id_dropout: 0.1,
    words: features?.words ?? 0,
    words_of_item: features?.wordsOfItem ?? 0,
    tags: features?.tags ?? 0,
    tags_of_item: features?.tagsOfItem ?? 0,
    numbers: features?.numbers ?? 0,
    text_width: features?.textWidth ?? 0,
    ...(textEncoder !== undefined && {
      text_tokens: features?.textTokens ?? 0,
      text_encoder: textEncoder.config,
      text_embedding: textEncoder.embedding,
    }),
    initializer_range: 0.1,
  }),
  limits(raw) {
    const config = parseConfig(schema, raw);
    return { vocabularySize: config.vocab_size, maxPositions: config.max_positions };
  },
};
