// N items of all rows, n compared items, U users, V items, users and special tokens, F factors
import { z } from 'zod';
import { Embedding, Parameter, segmentLengths } from '../../engine/nn/index.ts';
import { aten, cat, ones, zeros, type DType, type Tensor } from '../../engine/tensor/index.ts';
import { parseConfig } from '../raw-config.ts';
import { count } from '../config-keys.ts';
import { widened } from '../heads/pooling.ts';
import { idsOf, Stack, type Pass, type StackInput } from '../stack.ts';
import type { ItemArchitecture, ItemTrunk } from './item-model.ts';

/** transformers has no such model; the keys are attune's own. */
const schema = z
  .looseObject({
    /** Special tokens, users and items. */
    vocab_size: count,
    /** First user id, after the special tokens; items come after the users. */
    first_user: count.default(2),
    num_users: count,
    /** Maximum history length, including the tokens before its first item. */
    max_positions: count.default(51),
    hidden_size: count.default(64),
  })
  .refine(({ vocab_size: all, first_user: first, num_users: users }) => first + users <= all, {
    path: ['num_users'],
    error: 'leaves no room for items in vocab_size',
  });

type BprMfConfig = z.output<typeof schema>;

/**
 * Matrix factorisation (Rendle et al., "BPR: Bayesian personalized ranking from implicit feedback", 2009): a vector per
 * user and per item, whose product plus the item's bias is the score. A known user's vector does not depend on the
 * history. An unknown user gets the mean of their items' vectors, scaled to the average length of user vectors. States
 * and items have one element more than vectors (1 and the bias), so that their product is the complete score.
 */
class BprMf extends Stack implements ItemTrunk {
  /** Item and user vectors. [V, F] */
  readonly item_emb: Embedding;
  /** Popularity of each item. [V] */
  readonly item_bias: Parameter;
  readonly #users: { first: number; count: number };

  constructor({ vocab_size: all, first_user: first, num_users: users, hidden_size: factors }: BprMfConfig) {
    super();
    this.item_emb = new Embedding(all, factors);
    this.item_bias = new Parameter([all]);
    this.#users = { first, count: users };
  }

  get stack(): Stack {
    return this;
  }
  get width(): number {
    return this.item_emb.width + 1;
  }
  get tokenTable(): Embedding {
    return this.item_emb;
  }
  override get blockList(): readonly [] {
    return [];
  }

  /** User vector of each row, after each of its items: [N, F + 1] */
  override embed(input: StackInput, pass: Pass): Tensor {
    const ids = idsOf(input, pass);
    const vectors = widened(input.embeddings ?? this.item_emb.forward(ids, pass.dtype)); // [N, F]
    const { first, count: users } = this.#users;
    const isItem = aten.ge
      .Scalar(ids, first + users)
      .unsqueeze(1)
      .to(vectors.dtype); // [N, 1]
    const isUser = aten.ge.Scalar(ids, first).unsqueeze(1).to(vectors.dtype).sub(isItem);
    const parts = cat([vectors.mul(isUser), vectors.mul(isItem), isUser, isItem], 1).split(segmentLengths(pass.layout));
    const sums = cat(parts.map((row) => aten.cumsum.default(row, 0))); // [N, 2 F + 2]
    const [own, chosen, counts] = sums.split([this.item_emb.width, this.item_emb.width, 2], 1);
    const [isKnown, items] = counts.split([1, 1], 1);
    const mean = chosen.div(aten.clamp_min.default(items, 1));
    const guessed = mean.div(lengthOf(mean)).mul(this.#usualLength(vectors.dtype));
    const state = own.add(guessed.mul(isKnown.neg().add(1)));
    const one = ones([state.shape[0], 1], { dtype: state.dtype, device: state.device });
    return cat([state, one], 1).to(pass.dtype);
  }

  /** Mean length of user vectors. */
  #usualLength(dtype: DType): Tensor {
    const { first, count: users } = this.#users;
    return lengthOf(this.item_emb.weight.tensor.narrow(0, first, users).to(dtype)).mean();
  }

  /** ids int64 [n] → [n, F + 1] */
  itemVectors(ids: Tensor, dtype: DType): Tensor {
    const biases = this.item_bias.tensor.indexSelect(0, ids).unsqueeze(1);
    return cat([this.item_emb.forward(ids, dtype), biases.to(dtype)], 1);
  }

  override fixedValue(name: string, { dtype, device }: { dtype: DType; device: string }): Tensor | undefined {
    return name === 'item_bias' ? zeros(this.item_bias.shape, { dtype, device }) : undefined;
  }
}

const LEAST = 1e-12;

/** vectors [n, F] → [n, 1], differentiable at 0. */
function lengthOf(vectors: Tensor): Tensor {
  return aten.sqrt.default(vectors.mul(vectors).sum(1, { keepdim: true }).add(LEAST));
}

export const architecture: ItemArchitecture = {
  modelType: 'bpr_mf',
  prefix: 'bpr_mf',
  modalities: ['items'],
  knowsUsers: true,
  build: (raw) => new BprMf(parseConfig(schema, raw)),
  heads: () => ({ 'next-item': { head: 'items', className: 'BprMfForPairwiseRanking', options: {} } }),
  newConfig: ({ vocabularySize, maxPositions, width, users }) => ({
    model_type: 'bpr_mf',
    vocab_size: vocabularySize,
    first_user: users?.first ?? 0,
    num_users: users?.count ?? 0,
    max_positions: maxPositions,
    hidden_size: width,
    initializer_range: 0.1,
  }),
  limits(raw) {
    const config = parseConfig(schema, raw);
    return { vocabularySize: config.vocab_size, maxPositions: config.max_positions };
  },
};
