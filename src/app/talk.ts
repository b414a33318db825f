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

/** How answers are made; what is left out, or undefined, has its default. */
export type Sampling = Omit<GenerateRequest, 'prompts' | 'stream'>;

export interface TalkOptions {
  /** A run's folder, an adapter's, a model's, or a known name. */
  target: string;
  /** The base model without its adapter. */
  base?: boolean;
  /** In f32 an answer does not depend on the others in its batch; in bf16 rounding may tip a close choice. */
  precision?: 'auto' | 'bf16' | 'f32';
  /** `int8_forward` answers faster, by weights and inputs of linear layers that are rounded to 254 steps. */
  storage?: StorageName;
  /** Multilingual translation models: language codes of prompts and answers; the folder's unless given. */
  languages?: LanguageChoice;
  /** Told what happens: phases, progress, warnings. */
  onEvent?: EventSink;
  /** Asks to stop. */
  signal?: AbortSignal;
}

export type Prompt = GenerateRequest['prompts'][number];

/** Callbacks for answers in progress. Row `prompt · n + sample` of the result. */
export interface AnswerWatch {
  /** Text as it becomes certain, with its tokens' log-probabilities where they were asked for. */
  onText?: (row: number, text: string, logProbs?: readonly ChosenLogProb[]) => void;
  /** A prompt's samples are complete, in any order of the prompts. */
  onAnswer?: (prompt: number, completions: readonly Answer[]) => void;
  /** Aborting gives the answers up. */
  signal?: AbortSignal;
}

/** Typed questions about a state, as System One has them. */
export interface AskedDecisions {
  /** A text, an object or a list. */
  state: unknown;
  /** By id, or a list in which each has an id. */
  questions: unknown;
}

export interface Decided {
  /** By the questions' ids. */
  answers: Record<string, SystemOneAnswer>;
  usage: { inputTokens: number; outputTokens: number };
}

/** A model that is loaded once and answers until it is closed. Calls may overlap. */
export interface Talker {
  /** How the result was trained to be asked; its base is asked the same. Undefined for a model that was not tuned here. */
  readonly trained?: TrainedForm;
  /** Answers any number of prompts: n rows for each, one after the other. */
  answer(prompts: readonly Prompt[], sampling?: Sampling, watch?: AnswerWatch): Promise<Answer[]>;
  /** The answer to one prompt, text by text as it becomes certain. Leaving the loop gives it up. */
  stream(prompt: Prompt, sampling?: Omit<Sampling, 'n'>, signal?: AbortSignal): AsyncIterable<string>;
  /**
   * Makes an adapter of the model's known by a name, for `adapter` of `sampling`. A name that is taken goes over to it
   * at once; answers under way are made by the one before. @throws AttuneError E_ADAPTER_BASE where it belongs to
   * another base model
   */
  install(id: string, target: string): Promise<NamedAdapter>;
  /** Forgets an adapter once its last answers are made, and frees its memory. @throws AttuneError E_ADAPTER_UNKNOWN */
  remove(id: string): Promise<void>;
  /** Description of the model, or of an installed adapter. */
  describe(adapter?: string): Promise<WriterDescription>;
  /**
   * Answers typed questions about a state with probabilities; `adapter` names an installed one.
   * @throws AttuneError E_DECISION_QUESTIONS with every bad field, E_TASK_UNSUPPORTED
   */
  decide(asked: AskedDecisions, options?: { adapter?: string; signal?: AbortSignal }): Promise<Decided>;
  /** Counts tokens, reads ids, gives likelihoods. */
  ask<Reply extends ModelAnswer>(question: ModelQuestion, signal?: AbortSignal): Promise<Reply>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** An adapter that shares its base with others. */
export interface NamedAdapter extends InstalledAdapter {
  /** How it was trained to be asked. */
  trained?: TrainedForm;
}

/** Refuses what can be told before a model is loaded. @throws what a constraint that cannot be followed is refused with */
export function checkSampling({ constraint }: Sampling): void {
  if (constraint !== undefined) grammarOf(constraint);
}

/** Opens a model in the worker. @throws every error of opening it */
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

/** Adapters that share the base. */
function adaptersOf(session: Session): Pick<Talker, 'install' | 'remove'> {
  return {
    async install(id, adapter) {
      const request: InstallRequest = { install: { id, target: adapter } };
      for await (const chunk of session.send<SessionChunk>(request)) {
        if ('installed' in chunk) return { ...chunk.installed, trained: trainedForm(adapter) };
      }
      throw new Error('an adapter was installed without a word');
    },
    async remove(id) {
      const request: RemoveRequest = { remove: id };
      for await (const _ of session.send(request));
    },
  };
}
