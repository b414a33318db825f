import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Metrics } from '../../base/events.ts';
import { readJson } from '../../files/json.ts';
import type { EmbeddingOptions } from '../../models/heads/embedding.ts';
import type { Task } from '../../models/architecture.ts';
import type { ToolSchema } from '../../models/text/message.ts';
import type { PreferenceMeasure } from '../tasks/answers/answering.ts';
import type { PrivacySpent } from '../../methods/interfaces.ts';
import type { Probe } from './adapter-probe.ts';

/** Provenance file next to an adapter or a model. */
export const RESULT_NOTES = 'attune.json';

export interface ResultNotesFile {
  base_model: string;
  /** Absolute paths of the base model and of this result at the time of writing. */
  base_folder: string;
  folder: string;
  /** Hash of the chat template used in training; serving with another template is refused. */
  template_hash: string;
  /** Values of the template's variables; the saved template has them as defaults. */
  chat_template_kwargs?: Record<string, unknown>;
  /** Whether rows were conversations, which depend on the template. */
  has_template: boolean;
  /** Whether any row had tools or tool calls; absent in older notes. */
  has_tools?: boolean;
  /** The system message that every conversation began with. */
  system_prompt?: string;
  /** The tools that every conversation had. */
  tools?: readonly ToolSchema[];
  /** Parts that differed between conversations. */
  differs?: readonly ('system' | 'tools')[];
  /** Whether plain-text answers are separated from their prompts by a space. */
  answer_space?: boolean;
  tokenizer_hash: string;
  /** Rows of the token tables, if more than the base model's. */
  vocabulary_size?: number;
  data_hashes: Record<string, string>;
  /** Format of the training rows, as named or detected; absent if the files have several. */
  format?: string;
  labels: readonly string[];
  /** Keys of config.json that define how the head's output is interpreted; an adapter has no config.json of its own. */
  config?: Readonly<Record<string, unknown>>;
  /** How rows are embedded, if set in the recipe; an adapter has no 1_Pooling folder of its own. */
  embedding?: Partial<EmbeddingOptions>;
  task: Task;
  /** The measure by which its run judged pairs of answers. */
  preference?: PreferenceMeasure;
  step: number;
  probe?: Probe;
  metrics: Metrics;
  /** Privacy loss of its training rows, if training was private. */
  privacy?: PrivacySpent;
  recipe: unknown;
}

/** How a model is prompted: with its chat template, or with a text to continue. */
export type PromptForm = 'chat' | 'plain';

/** Prompt form of a result's training rows; undefined for a model that was not tuned here. */
export function promptFormOf(notes: ResultNotesFile | undefined): PromptForm | undefined {
  if (notes === undefined) return undefined;
  return notes.has_template ? 'chat' : 'plain';
}

/** Reads the notes of a result that attune wrote; undefined for other adapters. */
export function readNotes(folder: string): ResultNotesFile | undefined {
  const path = join(folder, RESULT_NOTES);
  return existsSync(path) ? readJson<ResultNotesFile>(path) : undefined;
}
