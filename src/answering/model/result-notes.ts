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

/** File of provenance next to an adapter or a model. */
export const RESULT_NOTES = 'attune.json';

export interface ResultNotesFile {
  base_model: string;
  /** Where the base model lay, and this result itself, when it was written (absolute). */
  base_folder: string;
  folder: string;
  /** The chat template that was trained with; serving with another is refused. */
  template_hash: string;
  /** Values of the template's own variables; the template that is saved has them as its defaults. */
  chat_template_kwargs?: Record<string, unknown>;
  /** Whether rows were conversations, so that the template matters. */
  has_template: boolean;
  /** Whether any of them had tools or called one; absent in older notes. */
  has_tools?: boolean;
  /** The system message that every conversation began with. */
  system_prompt?: string;
  /** The tools that every conversation had. */
  tools?: readonly ToolSchema[];
  /** Parts that differed between conversations. */
  differs?: readonly ('system' | 'tools')[];
  /** Whether a space sets answers of plain text off from their prompts. */
  answer_space?: boolean;
  tokenizer_hash: string;
  /** Rows of the token tables, where they are more than the base model's. */
  vocabulary_size?: number;
  data_hashes: Record<string, string>;
  /** Format of the training rows, as named or detected; absent if their files have several. */
  format?: string;
  labels: readonly string[];
  /** Keys of config.json that say how the head's output is read; an adapter has no config.json of its own. */
  config?: Readonly<Record<string, unknown>>;
  /** How a row's vector is made, where the recipe said it; an adapter has no 1_Pooling of its own. */
  embedding?: Partial<EmbeddingOptions>;
  task: Task;
  /** The measure by which its run judged pairs of answers. */
  preference?: PreferenceMeasure;
  step: number;
  probe?: Probe;
  metrics: Metrics;
  /** Privacy loss of its rows, if the training bounded it. */
  privacy?: PrivacySpent;
  recipe: unknown;
}

/** How a model is asked: in turns of its chat template, or with a text that it continues. */
export type PromptForm = 'chat' | 'plain';

/** The form of the rows that a result was trained on; undefined for a model that was not tuned here. */
export function promptFormOf(notes: ResultNotesFile | undefined): PromptForm | undefined {
  if (notes === undefined) return undefined;
  return notes.has_template ? 'chat' : 'plain';
}

/** The notes of a result that attune wrote; undefined for others' adapters. */
export function readNotes(folder: string): ResultNotesFile | undefined {
  const path = join(folder, RESULT_NOTES);
  return existsSync(path) ? readJson<ResultNotesFile>(path) : undefined;
}
