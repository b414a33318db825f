/** The server's interface to models; `app` decides how they are opened and in which processes. */
import type { Task } from '../../models/architecture.ts';
import type { ChosenLogProb, CompileLimits } from '../../answering/decoding/index.ts';
import type { Answer, GenerateRequest } from '../../answering/generate/generate.ts';
import type { AnswerKind } from '../../answering/tasks/define.ts';
import type { ModelAnswer, ModelQuestion, WriterDescription } from '../../answering/generate/model-questions.ts';
import type { Prompt } from '../../answering/generate/prompts.ts';
import type { SystemOneAnswer } from '../../scoring/decisions.ts';
import type { ToolSchema } from '../../models/text/index.ts';

/** Kind of model: text generation, speech recognition, predictions for rows, embeddings, recommendations. */
export type ModelKind = 'text' | 'speech' | 'rows' | 'vectors' | 'items';

/** Facts from a target's files, without loading weights. */
export interface TargetFacts {
  kind: ModelKind;
  task: Task;
  /** Absolute path. */
  folder: string;
  /** For adapters: the folder of the base. */
  baseFolder?: string;
  /** Size of the model's own weight files in bytes. */
  bytes: number;
  /** For adapters: size of the base's weight files. */
  baseBytes?: number;
  /** Maximum length of a prompt with its answer, in tokens. */
  maxLength?: number;
  /** Creation time in seconds since the epoch. */
  created: number;
  /** Columns that form a row's text, if there are several. */
  columns?: readonly string[];
  /** Defaults for requests that omit them: whether there is a system message, and the tools' names. */
  defaults?: { system: boolean; tools: readonly string[] };
}

/** Generation settings. */
export type Sampling = Omit<GenerateRequest, 'prompts' | 'stream'>;

export interface AnswerWatch {
  onText?: (row: number, text: string, logProbs?: readonly ChosenLogProb[]) => void;
  onAnswer?: (prompt: number, answers: readonly Answer[]) => void;
  signal?: AbortSignal;
}

interface OpenedBase {
  close(): Promise<void>;
  /** Rejects if the model's process ends before it is closed. */
  readonly ended: Promise<unknown>;
}

/** A model that generates text or transcribes speech. */
export interface Writer extends OpenedBase {
  readonly description: WriterDescription;
  /** Generates n rows per prompt, grouped by prompt. */
  answer(prompts: readonly Prompt[], sampling: Sampling, watch: AnswerWatch): Promise<Answer[]>;
  ask<Reply extends ModelAnswer>(question: ModelQuestion, signal?: AbortSignal): Promise<Reply>;
  /** Completes a conversation with the system message or tools that all training rows had and it lacks. */
  asTrained(prompt: Prompt): Prompt;
  /** Tools that `asTrained` adds to a conversation without any. */
  readonly defaultTools?: readonly ToolSchema[];
  /**
   * Adds an adapter to the model's process. The returned writer answers with the adapter until it is closed, which
   * waits for its running requests. @throws AttuneError E_ADAPTER_… if the adapter does not fit
   */
  install(id: string, target: string): Promise<Writer>;
}

export interface RowAnswer {
  prediction: string | string[] | number | null;
  probability?: number;
  probabilities?: Record<string, number>;
  spans?: readonly { text: string; label: string; start: number; end: number }[];
  steps?: readonly number[];
  /** Answers to typed questions, by their ids. */
  answers?: Readonly<Record<string, SystemOneAnswer>>;
  stretch?: { text: string; start: number; end: number; none_by: number };
  /** Reason why there is no answer. */
  error?: string;
}

/** A row of a request: a text, or columns. */
export type RequestRow = string | Readonly<Record<string, unknown>>;

/** A model that predicts for rows: classes, numbers, tags, answers in texts. */
export interface RowModel extends OpenedBase {
  readonly answers: AnswerKind;
  readonly labels?: readonly string[];
  /** Kind of files that the model reads instead of texts. */
  readonly media?: 'image' | 'audio';
  /** Returns one answer per row, and the number of tokens read. Only models that read files treat rows as paths. */
  predict(
    rows: readonly RequestRow[],
    options?: { threshold?: number; topK?: number },
  ): Promise<{ rows: RowAnswer[]; tokens: number }>;
}

/** A model that computes embeddings. */
export interface VectorModel extends OpenedBase {
  readonly width: number;
  readonly similarity: 'cosine' | 'dot';
  /** Embeds texts, or lists of the model's own token ids; `cut` has the indices of truncated inputs. */
  vectors(
    inputs: readonly (string | readonly number[])[],
    options: { prompt?: string; signal?: AbortSignal },
  ): Promise<{ vectors: Float32Array; tokens: number; cut: readonly number[] }>;
}

/** A model that recommends items. */
export interface ItemModel extends OpenedBase {
  recommend(
    rows: readonly (readonly string[])[],
    options: { count: number; keepSeen: boolean; signal?: AbortSignal },
  ): Promise<{ items: { item: string; score: number }[]; unknown?: readonly string[] }[]>;
}

export interface OpenedModels {
  text: Writer;
  speech: Writer;
  rows: RowModel;
  vectors: VectorModel;
  items: ItemModel;
}

export interface OpenRequest {
  target: string;
  precision?: 'auto' | 'bf16' | 'f32';
  /** Where it computes, as in `onDevice`. */
  device?: string;
  storage?: 'dense' | 'int8_forward';
  /** Whether requests without a system message or tools get those of the training rows; default true. */
  trainedDefaults?: boolean;
  /** For generative models: memory for keys and values of answers. */
  cacheBytes?: number;
  /** For generative models: limits on the cost of constraints. */
  constraints?: CompileLimits;
  signal?: AbortSignal;
}

/** Opens models; provided by the caller of the server. */
export interface Opener {
  /** @throws AttuneError for a target that cannot be opened */
  inspect(target: string): Promise<TargetFacts>;
  open<Kind extends ModelKind>(kind: Kind, request: OpenRequest): Promise<OpenedModels[Kind]>;
}
