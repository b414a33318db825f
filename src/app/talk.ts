import type { EventSink } from '../base/events.ts';
import { grammarOf } from '@attune/constraint';
import type { StorageName } from '../methods/storages/index.ts';
import type { ChosenLogProb } from '../answering/decoding/index.ts';
import type { LanguageChoice } from '../models/text/index.ts';
import { openSession, type Session } from '../jobs/worker/index.ts';
import { trainedForm, type TrainedForm } from './prompt-form.ts';
import type { DecisionAnswer } from '../scoring/predictor.ts';
import { readDecision } from '../data/formats/decision-questions.ts';
import { systemOneAnswers, type SystemOneAnswer } from '../scoring/decisions.ts';
import type { ModelAnswer, ModelQuestion, WriterDescription } from '../answering/generate/model-questions.ts';
import type {
  Answer,
  GenerateChunk,
  GenerateRequest,
  InstalledAdapter,
  InstallRequest,
  RemoveRequest,
  SessionChunk,
} from '../answering/generate/generate.ts';

/** Generation settings. Omitted and undefined ones have their defaults. */
export type Sampling = Omit<GenerateRequest, 'prompts' | 'stream'>;

export interface TalkOptions {
  /** Folder of a run, an adapter or a model, or a known name. */
  target: string;
  /** Whether to use the base model without its adapter. */
  base?: boolean;
  /** In f32, an answer does not depend on the others in its batch; in bf16, rounding may change close choices. */
  precision?: 'auto' | 'bf16' | 'f32';
  /** `int8_forward` answers faster: it rounds weights and inputs of linear layers to 254 steps. */
  storage?: StorageName;
  /** For multilingual translation models: language codes of prompts and answers; default: those in the folder. */
  languages?: LanguageChoice;
  /** Receives phases, progress and warnings. */
  onEvent?: EventSink;
  /** Stops opening and answering. */
  signal?: AbortSignal;
}

export type Prompt = GenerateRequest['prompts'][number];

/** Callbacks for answers in progress. Rows are numbered `prompt · n + sample`, as in the result. */
export interface AnswerWatch {
  /** Receives text once it is final, with its tokens' log-probabilities if requested. */
  onText?: (row: number, text: string, logProbs?: readonly ChosenLogProb[]) => void;
  /** Called when all samples of a prompt are complete; prompts may complete in any order. */
  onAnswer?: (prompt: number, completions: readonly Answer[]) => void;
  /** Cancels the answers. */
  signal?: AbortSignal;
}

/** Typed questions about a state, in System One's format. */
export interface AskedDecisions {
  /** A text, an object or a list. */
  state: unknown;
  /** Questions by id, or a list of questions with ids. */
  questions: unknown;
}

export interface Decided {
  /** Answers by the questions' ids. */
  answers: Record<string, SystemOneAnswer>;
  usage: { inputTokens: number; outputTokens: number };
}

/** A loaded model that answers until it is closed. Calls may overlap. */
export interface Talker {
  /** Prompt form of the result's training rows, also used for its base. Undefined for a model that was not tuned by attune. */
  readonly trained?: TrainedForm;
  /** Answers prompts, with n consecutive rows for each. */
  answer(prompts: readonly Prompt[], sampling?: Sampling, watch?: AnswerWatch): Promise<Answer[]>;
  /** Streams the answer to one prompt in pieces of final text. Leaving the loop cancels it. */
  stream(prompt: Prompt, sampling?: Omit<Sampling, 'n'>, signal?: AbortSignal): AsyncIterable<string>;
  /**
   * Installs an adapter of the model under a name, for `adapter` in `sampling`. If the name is in use, new requests
   * get the new adapter immediately; answers in progress finish with the old one. @throws AttuneError E_ADAPTER_BASE
   * if the adapter belongs to another base model
   */
  install(id: string, target: string): Promise<NamedAdapter>;
  /** Removes an adapter after its last answers are complete, and frees its memory. @throws AttuneError E_ADAPTER_UNKNOWN */
  remove(id: string): Promise<void>;
  /** Description of the model, or of an installed adapter. */
  describe(adapter?: string): Promise<WriterDescription>;
  /**
   * Answers typed questions about a state with probabilities; `adapter` selects an installed one.
   * @throws AttuneError E_DECISION_QUESTIONS with every invalid field, E_TASK_UNSUPPORTED
   */
  decide(asked: AskedDecisions, options?: { adapter?: string; signal?: AbortSignal }): Promise<Decided>;
  /** Counts tokens, decodes token ids, or computes likelihoods. */
  ask<Reply extends ModelAnswer>(question: ModelQuestion, signal?: AbortSignal): Promise<Reply>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** An installed adapter, which shares its base with others. */
export interface NamedAdapter extends InstalledAdapter {
  /** Prompt form of its training rows. */
  trained?: TrainedForm;
}

/** Rejects invalid settings before a model is loaded. @throws AttuneError for an invalid constraint */
export function checkSampling({ constraint }: Sampling): void {
  if (constraint !== undefined) grammarOf(constraint);
}

/** Opens a model in the worker. @throws AttuneError errors of opening */
export async function openTalker(options: TalkOptions): Promise<Talker> {
  const { target, base, precision, storage, languages, onEvent = () => undefined, signal } = options;
  const input = { target, base, precision, storage, languages };
  const session = await openSession({ job: 'generate', input, onEvent, signal });
  return talkerOf(session, target);
}

function asker(session: Session): Talker['ask'] {
  return async <Reply extends ModelAnswer>(question: ModelQuestion, stop?: AbortSignal): Promise<Reply> => {
    for await (const reply of session.send<Reply>(question, stop)) return reply;
    throw new Error('the worker ended a question without its answer');
  };
}

/** A model interface over an open session. */
export function talkerOf(session: Session, target: string): Talker {
  const ask = asker(session);
  const close = async () => void (await session.close());
  return {
    trained: trainedForm(target),
    async answer(prompts, sampling = {}, { onText, onAnswer, signal: stop } = {}) {
      const request: GenerateRequest = { ...sampling, prompts, stream: onText !== undefined };
      const n = sampling.n ?? 1;
      const rows: Answer[] = [];
      for await (const chunk of session.send<GenerateChunk>(request, stop)) {
        if ('text' in chunk) onText?.(chunk.row * n + chunk.sample, chunk.text, chunk.logProbs);
        else {
          for (const [sample, completion] of chunk.completions.entries()) rows[chunk.row * n + sample] = completion;
          onAnswer?.(chunk.row, chunk.completions);
        }
      }
      return rows;
    },
    async *stream(prompt, sampling = {}, stop) {
      const request: GenerateRequest = { ...sampling, prompts: [prompt], stream: true };
      for await (const chunk of session.send<GenerateChunk>(request, stop)) if ('text' in chunk) yield chunk.text;
    },
    ...adaptersOf(session),
    ask,
    decide: decider(ask),
    async describe(adapter) {
      const question = { ask: 'description', adapter } as const;
      return (await ask<Extract<ModelAnswer, { description: unknown }>>(question)).description;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function decider(ask: Talker['ask']): Talker['decide'] {
  return async (asked, { adapter, signal } = {}) => {
    const { state, questions } = readDecision(asked);
    const question = { ask: 'decisions', state, questions, adapter } as const;
    const { decisions, tokens } = await ask<{ decisions: DecisionAnswer[]; tokens: number }>(question, signal);
    return { answers: systemOneAnswers(questions, decisions), usage: { inputTokens: tokens, outputTokens: 0 } };
  };
}

function adaptersOf(session: Session): Pick<Talker, 'install' | 'remove'> {
  return {
    async install(id, adapter) {
      const request: InstallRequest = { install: { id, target: adapter } };
      for await (const chunk of session.send<SessionChunk>(request)) {
        if ('installed' in chunk) return { ...chunk.installed, trained: trainedForm(adapter) };
      }
      throw new Error('the session ended without confirming that the adapter was installed');
    },
    async remove(id) {
      const request: RemoveRequest = { remove: id };
      for await (const _ of session.send(request));
    },
  };
}
