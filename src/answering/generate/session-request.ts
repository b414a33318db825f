import type { Completion, TextEvent, Transcript } from '../decoding/index.ts';
import type { JobRequest } from '../../base/job.ts';
import type { InstalledAdapter } from './adapters/shelf.ts';
import type { ModelAnswer, ModelQuestion } from './model-questions.ts';
import type { GenerateRequest } from './read-prompts.ts';

/** Installs an adapter under a name; replies with its description. An existing name switches to it at once. */
export interface InstallRequest {
  install: {
    id: string;
    /** Folder of a run or an adapter. */
    target: string;
  };
}

/** Removes an adapter; ends when its last answers are finished and its memory is free. */
export interface RemoveRequest {
  /** Name of the adapter. */
  remove: string;
}

/** Requests and replies of this job's session. */
export type SessionRequest = GenerateRequest | InstallRequest | RemoveRequest | ModelQuestion;
export type SessionChunk = GenerateChunk | { installed: InstalledAdapter } | ModelAnswer;

/** An answer, or the transcript of a recording. */
export interface Answer extends Completion, Pick<Transcript, 'language' | 'segments'> {
  /** Length of a recording. */
  seconds?: number;
}

/** Parts of the reply: text as it becomes final, and each prompt's samples when they are complete. */
export type GenerateChunk = ({ row: number } & TextEvent) | { row: number; completions: Answer[] };

export type PromptsRequest = JobRequest<GenerateRequest, GenerateChunk>;

export type { InstalledAdapter } from './adapters/shelf.ts';
