/** Additions of recommenders to models: vectors of items, texts of items, and new configurations. */
import type { DType, Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Trunk, TrunkContext } from '../architecture.ts';
import type { RawConfig } from '../raw-config.ts';
import type { EmbeddingOptions } from '../heads/embedding.ts';
import type { Model, ModelInput } from '../model.ts';
import type { StackInput } from '../stack.ts';
import type { ItemFeatureSizes } from './item-table.ts';
import type { ItemTextReader, ReadTexts } from './item-texts.ts';

/** A trunk whose rows are made of items. */
export interface ItemTrunk extends Trunk {
  /** Vectors of items that a row's state is compared with: int64 [n] → [n, D]; `texts`: the items' texts, read before */
  itemVectors(ids: Tensor, dtype: DType, texts?: ReadTexts): Tensor;
  /** Reads the texts of items, where a model for that is a part of the trunk. */
  readonly textReader?: ItemTextReader;
}

/** The input of a stack that reads items. */
export interface ItemInput extends StackInput {
  /** The items' texts, read before. */
  texts?: ReadTexts;
}

/** The name of the text encoder inside a recommender, in paths and in folders. */
export const TEXT_ENCODER = 'text_encoder';

/** A text encoder inside a recommender. */
export interface TextEncoderPlan {
  config: RawConfig;
  embedding: EmbeddingOptions;
}

/** The shape of a recommender with new weights. */
export interface NewShape {
  vocabularySize: number;
  maxPositions: number;
  width: number;
  blocks: number;
  heads: number;
  dropout: number;
  /** Sizes of the items' features, besides their ids. */
  features?: ItemFeatureSizes;
  /** The ids of its users, for models that know them. */
  users?: { first: number; count: number };
  textEncoder?: TextEncoderPlan;
}

export interface ItemContext extends TrunkContext {
  /** The model that `ItemArchitecture.textEncoder` plans. */
  textEncoder?: Model;
}

/** An architecture of recommenders, which are made with new weights for the user's own items. */
export interface ItemArchitecture extends Architecture {
  build(raw: RawConfig, context: ItemContext): ItemTrunk;
  newConfig(shape: NewShape): RawConfig;
  /** The text encoder inside, where the configuration has one. */
  textEncoder?(raw: RawConfig): TextEncoderPlan | undefined;
  /** Whether it reads features of items besides their ids. */
  readsFeatures?: boolean;
  /** Whether it has a vector for each user, instead of reading what is known of users. */
  knowsUsers?: boolean;
}

export function isItemArchitecture(architecture: Architecture): architecture is ItemArchitecture {
  return 'newConfig' in architecture;
}

export function isItemTrunk(trunk: Trunk): trunk is ItemTrunk {
  return 'itemVectors' in trunk;
}

/** The trunk of a recommender, for what works on recommenders only. */
export function itemTrunkOf({ trunk }: Model): ItemTrunk {
  if (!isItemTrunk(trunk)) throw new Error('this trunk does not produce item vectors');
  return trunk;
}

/** The reader of items' texts; undefined where the model has none. */
export function textReaderOf(trunk: Trunk): ItemTextReader | undefined {
  return isItemTrunk(trunk) ? trunk.textReader : undefined;
}

/** The input with the texts of its items, read before. */
export function withTexts(input: ModelInput, texts: ReadTexts | undefined): ModelInput & ItemInput {
  return { ...input, texts };
}
