import type { Completion, TextEvent, Transcript } from '../decoding/index.ts';
import type { JobRequest } from '../../base/job.ts';
import type { InstalledAdapter } from './adapters/shelf.ts';
import type { ModelAnswer, ModelQuestion } from './model-questions.ts';
import type { GenerateRequest } from './read-prompts.ts';

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
