/** Recommender models: item vectors, item texts, and configurations for new models. */
import type { DType, Tensor } from '../../engine/tensor/index.ts';
import type { Architecture, Trunk, TrunkContext } from '../architecture.ts';
import type { RawConfig } from '../raw-config.ts';
import type { EmbeddingOptions } from '../heads/embedding.ts';
import type { Model, ModelInput } from '../model.ts';
import type { StackInput } from '../stack.ts';
import type { ItemFeatureSizes } from './item-table.ts';
import type { ItemTextReader, ReadTexts } from './item-texts.ts';

/** A trunk that reads rows of items. */
export interface ItemTrunk extends Trunk {
  /** Item vectors to compare a row's state with: int64 [n] → [n, D]; `texts`: the items' encoded texts */
  itemVectors(ids: Tensor, dtype: DType, texts?: ReadTexts): Tensor;
  /** Encodes item texts, if the trunk includes a text encoder. */
  readonly textReader?: ItemTextReader;
}

export interface ItemInput extends StackInput {
  /** The items' encoded texts. */
  texts?: ReadTexts;
}

/** Name of a recommender's text encoder, in paths and folders. */
export const TEXT_ENCODER = 'text_encoder';

/** A recommender's text encoder. */
export interface TextEncoderPlan {
  config: RawConfig;
  embedding: EmbeddingOptions;
}

/** Shape of a new recommender. */
export interface NewShape {
  vocabularySize: number;
  maxPositions: number;
  width: number;
  blocks: number;
  heads: number;
  dropout: number;
  /** Sizes of item features. */
  features?: ItemFeatureSizes;
  /** User ids, for models with user vectors. */
  users?: { first: number; count: number };
  textEncoder?: TextEncoderPlan;
}

export interface ItemContext extends TrunkContext {
  /** The model planned by `ItemArchitecture.textEncoder`. */
  textEncoder?: Model;
}

/** A recommender architecture. Its models are trained from scratch on the user's items. */
export interface ItemArchitecture extends Architecture {
  build(raw: RawConfig, context: ItemContext): ItemTrunk;
  newConfig(shape: NewShape): RawConfig;
  /** The text encoder in a configuration, if any. */
  textEncoder?(raw: RawConfig): TextEncoderPlan | undefined;
  /** Whether it uses item features besides ids. */
  readsFeatures?: boolean;
  /** Whether it has a vector per user instead of reading user features. */
  knowsUsers?: boolean;
}

export function isItemArchitecture(architecture: Architecture): architecture is ItemArchitecture {
  return 'newConfig' in architecture;
}

export function isItemTrunk(trunk: Trunk): trunk is ItemTrunk {
  return 'itemVectors' in trunk;
}

/** The trunk of a recommender; throws for other models. */
export function itemTrunkOf({ trunk }: Model): ItemTrunk {
  if (!isItemTrunk(trunk)) throw new Error('this trunk does not produce item vectors');
  return trunk;
}

/** The trunk's item text reader, if it has one. */
export function textReaderOf(trunk: Trunk): ItemTextReader | undefined {
  return isItemTrunk(trunk) ? trunk.textReader : undefined;
}

/** Adds the items' encoded texts to an input. */
export function withTexts(input: ModelInput, texts: ReadTexts | undefined): ModelInput & ItemInput {
  return { ...input, texts };
}
