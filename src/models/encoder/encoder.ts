// N tokens, D width, E embedding width
import { Dropout, Embedding, LayerNorm, type Linear, type Module, type Rope } from '../../engine/nn/index.ts';
import { fromArray, type Tensor } from '../../engine/tensor/index.ts';
import type { Trunk, TrunkContext } from '../architecture.ts';
import { place } from '../heads/place.ts';
import { idsOf, Stack, rotationsOf, type Block, type Pass, type StackInput } from '../stack.ts';
import type { EncoderConfig } from './config.ts';
import { EncoderLayer, type LayerNames, type LayerShape } from './layer.ts';
import { BarePooler, ActivatedDense } from './pooler.ts';

/** Differences from BERT. */
export interface EncoderTraits {
  /** Paths of the token table and of the norm after it. */
  names?: { words: string; norm: string };
  /** Projects embeddings to the layers' width: before the norm, or after the dropout that follows it. */
  projection?: { path: string; module: Linear; isBeforeNorm?: boolean };
  /** Position table; null for none. */
  positions?: Embedding | null;
  /** Row of the position table for a row's first token. */
  firstPosition?: number;
  /** Adds token types after positions, which changes rounding. */
  addsTypesLast?: boolean;
  /** Further parts, by path, that precede the layers in checkpoints. */
  parts?: Readonly<Record<string, Module | readonly Module[] | undefined>>;
  /** Path of the layers. */
  layers?: string;
  layer?(index: number): Partial<LayerShape>;
  /** Builds a layer with additional parts. */
  newLayer?(shape: LayerShape, index: number): EncoderLayer;
  /** Replaces the layers if blocks share weights, which are then in `parts`. */
  blocks?: readonly Block[];
  /** Path of a norm after the last layer. As in the reference, the last exposed hidden state precedes this norm. */
  finalNorm?: string;
  /** Whether norms outside the layers have biases; true by default. */
  normBias?: boolean;
  /** Absent in checkpoints of some tasks. `isRead`: row classifiers use it; otherwise it is only preserved. */
  pooler?: { isRead: boolean; isBare?: boolean };
}

export const bertNames: LayerNames = {
  query: 'attention.self.query',
  key: 'attention.self.key',
  value: 'attention.self.value',
  attended: 'attention.output.dense',
  attentionNorm: 'attention.output.LayerNorm',
  inner: 'intermediate.dense',
  outer: 'output.dense',
  norm: 'output.LayerNorm',
};

/** `site` names the dropout on attention probabilities. */
export function bertDropouts(config: EncoderConfig, site = 'attention.self'): LayerShape['dropouts'] {
  const { hidden_dropout_prob: hidden, attention_probs_dropout_prob: probabilities } = config;
  return {
    probabilities: [probabilities, site],
    attended: [hidden, 'attention.output'],
    outer: [hidden, 'output'],
  };
}

/** BERT's layer with changes; `path` prefixes the names of its dropouts. */
export function layerShape(config: EncoderConfig, path: string, changes: Partial<LayerShape> = {}): LayerShape {
  return {
    path,
    width: config.hidden_size,
    inner: config.intermediate_size,
    heads: config.num_attention_heads,
    activation: config.hidden_act,
    epsilon: config.layer_norm_eps,
    norms: 'after',
    dropouts: bertDropouts(config),
    names: bertNames,
    ...changes,
  };
}

/** Encoder with learned positions and post-norm layers (Devlin et al., 2019), and its descendants. */
export class Encoder extends Stack implements Trunk {
  declare readonly pooler?: ActivatedDense | BarePooler;
  override readonly watchesNorm: boolean;
  readonly width: number;
  readonly #tables: Tables;
  readonly #norm: LayerNorm;
  readonly #dropout: Dropout;
  readonly #blocks: readonly Block[];
  readonly #ropes: ReadonlySet<Rope>;
  readonly #traits: EncoderTraits;

  constructor(config: EncoderConfig, traits: EncoderTraits, context: TrunkContext) {
    super();
    const { hidden_size: width } = config;
    const { projection } = traits;
    const newNorm = (size: number) => new LayerNorm(size, config.layer_norm_eps, { bias: traits.normBias });
    const layers = traits.blocks === undefined ? newLayers(config, traits) : [];
    const finalNorm = traits.finalNorm === undefined ? undefined : newNorm(width);
    this.width = width;
    this.watchesNorm = finalNorm === undefined;
    this.#traits = traits;
    this.#tables = newTables(config, traits);
    this.#norm = newNorm(projection?.isBeforeNorm === true ? width : this.tokenTable.width);
    this.#dropout = new Dropout(config.hidden_dropout_prob, 'embeddings');
    this.#blocks = traits.blocks ?? layers;
    this.#ropes = new Set(layers.flatMap(({ rope }) => rope ?? []));
    if (finalNorm !== undefined) this.finish = (x) => finalNorm.forward(x);
    const names = { words: 'embeddings.word_embeddings', norm: 'embeddings.LayerNorm', ...traits.names };
    placeAll(this, [
      [names.words, this.#tables.words],
      ['embeddings.position_embeddings', this.#tables.positions],
      ['embeddings.token_type_embeddings', this.#tables.types],
      [projection?.path, projection?.isBeforeNorm === true ? projection.module : undefined],
      [names.norm, this.#norm],
      [projection?.path, projection?.isBeforeNorm === true ? undefined : projection?.module],
      ...Object.entries(traits.parts ?? {}),
      [traits.blocks === undefined ? (traits.layers ?? 'encoder.layer') : undefined, layers],
      [traits.finalNorm, finalNorm],
      ['pooler', newPooler(width, traits.pooler, context)],
    ]);
  }

  get stack(): Stack {
    return this;
  }
  get tokenTable(): Embedding {
    return this.#tables.words;
  }
  get optional(): readonly string[] {
    return ['pooler'];
  }
  override get blockList(): readonly Block[] {
    return this.#blocks;
  }
  override prepare(pass: Pass): void {
    pass.rotations = rotationsOf(this.#ropes, pass);
  }

  override embed(input: StackInput, pass: Pass): Tensor {
    const { words, positions, types } = this.#tables;
    const { projection, addsTypesLast } = this.#traits;
    const added = [
      () => types?.forward(typesOf(input, pass), pass.dtype),
      () => positions?.forward(this.#placesOf(pass), pass.dtype),
    ];
    let x = input.embeddings ?? words.forward(idsOf(input, pass), pass.dtype);
    for (const vectors of addsTypesLast === true ? added.toReversed() : added) x = add(x, vectors());
    if (projection?.isBeforeNorm === true) x = projection.module.forward(x);
    x = this.#dropout.forward(this.#norm.forward(x));
    return projection === undefined || projection.isBeforeNorm === true ? x : projection.module.forward(x);
  }

  #placesOf({ positions }: Pass): Tensor {
    const { firstPosition = 0 } = this.#traits;
    return firstPosition === 0 ? positions : positions.add(firstPosition);
  }
}

interface Tables {
  words: Embedding;
  positions?: Embedding;
  types?: Embedding;
}

function newTables(config: EncoderConfig, { positions, projection }: EncoderTraits): Tables {
  const { type_vocab_size: types } = config;
  const newTable = (rows: number) => new Embedding(rows, projection?.module.inFeatures ?? config.hidden_size); // [·, E]
  return {
    words: newTable(config.vocab_size),
    positions: positions === null ? undefined : (positions ?? newTable(config.max_position_embeddings)),
    types: types === 0 ? undefined : newTable(types),
  };
}

function newLayers(config: EncoderConfig, traits: EncoderTraits): EncoderLayer[] {
  const { layers = 'encoder.layer', newLayer = (shape) => new EncoderLayer(shape) } = traits;
  return Array.from({ length: config.num_hidden_layers }, (_, index) =>
    newLayer(layerShape(config, `${layers}.${index}`, traits.layer?.(index)), index),
  );
}

function newPooler(width: number, pooler: EncoderTraits['pooler'], { task, has }: TrunkContext) {
  if (pooler === undefined) return undefined;
  const { isRead, isBare } = pooler;
  if (!(isRead && task === 'sequence') && !has(isBare === true ? 'pooler.weight' : 'pooler.dense.weight'))
    return undefined;
  return isBare === true ? new BarePooler(width, width, { bias: true }) : new ActivatedDense({ in: width, out: width });
}

function placeAll(
  root: Module,
  parts: readonly (readonly [path: string | undefined, part: Module | readonly Module[] | undefined])[],
): void {
  for (const [path, part] of parts) if (path !== undefined && part !== undefined) place(root, path, part);
}

/** int64 [N] */
function typesOf(input: StackInput, pass: Pass): Tensor {
  return fromArray(input.tokenTypes ?? new BigInt64Array(pass.layout.positions.length)).toDevice(pass.device);
}

function add(x: Tensor, more: Tensor | undefined): Tensor {
  return more === undefined ? x : x.add(more);
}
