import type { Completion, ConstraintSpec, GenerationOptions, TextEvent, Transcript } from '../decoding/index.ts';
import type { SpeechWish } from '../../models/text/index.ts';
import type { JobRequest } from '../../base/job.ts';
import type { InstalledAdapter } from './adapters/shelf.ts';
import type { ModelAnswer, ModelQuestion } from './model-questions.ts';
import type { Prompt } from './read-prompts.ts';

/** One request of a session: any number of prompts, each answered as soon as there is room. Requests may overlap. */
export interface GenerateRequest extends Omit<GenerationOptions, 'signal' | 'constraint'> {
  /** Conversations, plain texts or tokens to continue, recordings to write down, or questions about texts. */
  prompts: readonly Prompt[];
  /** Constraint on every answer. Answers are always complete: room for the end is reserved. */
  constraint?: ConstraintSpec;
  /** Sends text as it becomes certain. */
  stream?: boolean;
  /** How recordings are written down. */
  speech?: SpeechWish;
  /** The name of an installed adapter; the model as it was opened unless given. */
  adapter?: string;
  /** Prompts share the reading of their beginnings only under the same salt. */
  salt?: string;
  /** Owner of the request: owners take turns. */
  owner?: string;
}

/** Makes an adapter known by a name: answered with what is known of it. A name that is taken goes over to it at once. */
export interface InstallRequest {
  install: {
    id: string;
    /** A run's folder, or an adapter's. */
    target: string;
  };
}

/** Forgets an adapter: ends when its last answers are made and its memory is free. */
export interface RemoveRequest {
  /** Its name. */
  remove: string;
}

/** Requests and replies of this job's session. */
export type SessionRequest = GenerateRequest | InstallRequest | RemoveRequest | ModelQuestion;
export type SessionChunk = GenerateChunk | { installed: InstalledAdapter } | ModelAnswer;

/** One answer, or what was written down of a recording. */
export interface Answer extends Completion, Pick<Transcript, 'language' | 'segments'> {
  /** Length of a recording. */
  seconds?: number;
}

/** Chunks of the answer: text as it becomes certain, and each prompt's samples when they are complete. */
export type GenerateChunk = ({ row: number } & TextEvent) | { row: number; completions: Answer[] };

export type PromptsRequest = JobRequest<GenerateRequest, GenerateChunk>;

export type { InstalledAdapter } from './adapters/shelf.ts';
