import type { BaselineName } from '../../../answering/baselines/index.ts';
import type { SystemKind } from '../../../store/results.ts';

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
  /** The base model that the target was made from, in its place. */
  isBase?: boolean;
  asking: Asking;
}

/** A chat model behind an OpenAI-compatible endpoint. */
export interface EndpointSpec extends Named {
  source: 'endpoint';
  /** Up to and with the version: "https://host/v1". */
  url: string;
  model: string;
  asking: Asking;
  limits: EndpointLimits;
}

/** Limits of requests to an endpoint. */
export interface EndpointLimits {
  /** Name of the environment variable that holds the key; OPENAI_API_KEY unless given. */
  keyVariable?: string;
  /** Requests at once. Default 4. */
  concurrency?: number;
  /** Seconds that one answer may take. Default 120. */
  timeout?: number;
  /** Tokens in all, read and written. */
  maxTokens?: number;
  /** Money in all, in the currency of the prices. */
  maxCost?: number;
  /** Price of a million tokens read, and written. */
  inputPrice?: number;
  outputPrice?: number;
}

/** All cheap baselines that make sense for the rows, or those named. */
export interface CheapSpec {
  source: 'cheap';
  baselines?: readonly BaselineName[];
  /** One that is judged itself. */
  without?: BaselineName;
}

/** A cheap system that was kept. */
export interface KeptSpec extends Named {
  source: 'kept';
  /** The folder that holds it. */
  folder: string;
}

/** Answers that were made elsewhere: JSON lines of `{id, text}` or of texts in the rows' order. */
export interface FileSpec extends Named {
  source: 'file';
  path: string;
}

/** One entry of a comparison. Plain data: it crosses the process border. */
export type SystemSpec = ModelSpec | EndpointSpec | CheapSpec | KeptSpec | FileSpec;
