import type { BaselineName } from '../../../../eval/baselines/index.ts';
import type { SystemKind } from '../../../../store/results.ts';

/** How a model is asked. Plain data. */
export interface Asking {
  how: 'plain' | 'prompted' | 'few_shot';
  /** In place of the one that is made from the form of the training answers. */
  instruction?: string;
}

interface Named {
  /** Unique in a comparison. */
  name: string;
  /** For people. */
  title: string;
  kind: SystemKind;
  /** Left out with the reason where it cannot answer, in place of an error. */
  isOptional?: boolean;
}

/** A model of this machine. */
export interface ModelSpec extends Named {
  source: 'model';
  /** A run's folder, an adapter's, a model's, or a known name. */
  target: string;
  asking: Asking;
}

/** A chat model behind an OpenAI-compatible endpoint. */
export interface EndpointSpec extends Named {
  source: 'endpoint';
  /** Up to and with the version: "https://host/v1". */
  url: string;
  model: string;
  asking: Asking;
}

/** All cheap baselines that make sense for the rows, or one by its name. */
export interface CheapSpec {
  source: 'cheap';
  baseline?: BaselineName;
}

/** Answers that were made elsewhere: JSON lines of `{id, text}` or of texts in the rows' order. */
export interface FileSpec extends Named {
  source: 'file';
  path: string;
}

/** One entry of a comparison. Plain data: it crosses the process border. */
export type SystemSpec = ModelSpec | EndpointSpec | CheapSpec | FileSpec;
