import type { BaselineName } from '../../../answering/baselines/index.ts';
import type { AskingWay } from '../../../store/asking-ways.ts';
import type { PromptingSettings } from '../../../methods/recipe/recipe-prompting.ts';
import type { SystemKind } from '../../../store/results.ts';

/** How a model is prompted. Plain data. */
export interface Asking {
  how: 'plain' | AskingWay;
  /** Replaces the instruction derived from the form of the training answers. */
  instruction?: string;
  /** How examples, passages and prompts are found; the defaults if absent. */
  settings?: PromptingSettings;
}

interface Named {
  /** Unique in a comparison. */
  name: string;
  /** Title for people. */
  title: string;
  kind: SystemKind;
  /** If it cannot answer, it is left out with the reason instead of failing. */
  isOptional?: boolean;
}

/** A local model. */
export interface ModelSpec extends Named {
  source: 'model';
  /** Folder of a run, an adapter or a model, or a known name. */
  target: string;
  /** Uses the base model that the target was made from. */
  isBase?: boolean;
  asking: Asking;
}

/** A chat model behind an OpenAI-compatible endpoint. */
export interface EndpointSpec extends Named {
  source: 'endpoint';
  /** URL up to and including the version: "https://host/v1". */
  url: string;
  model: string;
  asking: Asking;
  limits: EndpointLimits;
}

/** Limits of requests to an endpoint. */
export interface EndpointLimits {
  /** Environment variable that holds the key; OPENAI_API_KEY by default. */
  keyVariable?: string;
  /** Maximum concurrent requests. Default 4. */
  concurrency?: number;
  /** Timeout per answer in seconds. Default 120. */
  timeout?: number;
  /** Maximum total tokens, prompts and answers. */
  maxTokens?: number;
  /** Maximum total cost, in the currency of the prices. */
  maxCost?: number;
  /** Price per million prompt tokens, and per million generated tokens. */
  inputPrice?: number;
  outputPrice?: number;
}

/** All applicable cheap baselines, or the named ones. */
export interface CheapSpec {
  source: 'cheap';
  baselines?: readonly BaselineName[];
  /** Excludes the system that is being judged. */
  without?: BaselineName;
}

/** A saved cheap system. */
export interface KeptSpec extends Named {
  source: 'kept';
  folder: string;
}

/** Answers from a file: JSON lines of `{id, text}`, or texts in row order. */
export interface FileSpec extends Named {
  source: 'file';
  path: string;
}

/** One system of a comparison. Plain data: it crosses process boundaries. */
export type SystemSpec = ModelSpec | EndpointSpec | CheapSpec | KeptSpec | FileSpec;
