/** Converts a session's prompts to the ids that a decoder continues. */
import { AttuneError } from '../../base/errors.ts';
import {
  answerStart,
  rememberTexts,
  tooLong,
  type Batcher,
  type ConstraintSpec,
  type GenerationOptions,
} from '../decoding/index.ts';
import type { KeptMemory } from '../../models/memory.ts';
import type { Model } from '../../models/model.ts';
import { imageTexts } from '../tasks/rows/image-tokens.ts';
import {
  infillIds,
  Renderer,
  type Conversation,
  type ImageFile,
  type RenderedPrompt,
  type Tokenizer,
  type SpeechWish,
} from '../../models/text/index.ts';
import { withAdapters } from '../../engine/nn/index.ts';
import { readCalibration } from '../model/kept-calibration.ts';
import type { AdapterLease, AdapterShelf } from './adapters/shelf.ts';
import type { OpenedModel } from '../model/open-model.ts';
import type { BegunConversation, Prompt, ReadablePrompt } from './prompts.ts';
import type { Asker } from '../prompting/asker.ts';
import { withPrompting } from './prompted-prompts.ts';

/**
 * One request of a session: any number of prompts, each answered as soon as there is capacity. Requests may overlap.
 */
export interface GenerateRequest extends Omit<GenerationOptions, 'signal' | 'constraint'> {
  /** Conversations, plain texts or token ids to continue, recordings to transcribe, or questions about texts. */
  prompts: readonly Prompt[];
  /** Constraint on every answer. Answers are always complete: room for the end is reserved. */
  constraint?: ConstraintSpec;
  /** Streams text as it becomes final. */
  stream?: boolean;
  /** Transcription options. */
  speech?: SpeechWish;
  /** Name of an installed adapter; the opened model by default. */
  adapter?: string;
  /** Prompts share cached prefixes only under the same salt. */
  salt?: string;
  /** Owner of the request, for fair scheduling. */
  owner?: string;
}

/** `asker`: adds a prompted model's instruction, examples and passages to prompts. */
export type Answering = OpenedModel & { batcher: Batcher; adapters: AdapterShelf; asker?: Asker };

export function readable(prompt: Prompt): ReadablePrompt {
  if (typeof prompt === 'string') return prompt;
  if ('audio' in prompt) throw wrongPrompt('a recording', 'a text or a conversation');
  return 'question' in prompt ? `${prompt.context}\n${prompt.question}` : prompt;
}

export function wrongPrompt(got: string, expected: string): AttuneError {
  return new AttuneError('E_WRONG_ROWS', {
    what: 'The model cannot answer this kind of prompt',
    got,
    expected,
    fix: 'choose another model, or other rows',
  });
}

/** Number of prompts that an encoder reads in one pass. */
export const READ_TOGETHER = 32;

/** The model, or an adapter on it with its own tokenizer. */
export type AnsweringBy = Answering & { lease?: AdapterLease };

/**
 * Runs `work` with the named adapter, which stays in memory meanwhile, or with the opened model if no name is given.
 */
export async function withLease<Result>(
  answering: Answering,
  adapter: string | undefined,
  work: (answering: AnsweringBy) => Promise<Result>,
): Promise<Result> {
  if (adapter === undefined) return work(answering);
  const lease = await answering.adapters.take(adapter);
  try {
    const calibration = readCalibration(lease.folder);
    return await work({ ...answering, tokenizer: lease.tokenizer, calibration, lease });
  } finally {
    lease.release();
  }
}

/** Prompts as decoder input. */
export interface ReadPrompts {
  ids: Int32Array[];
  /** Encoder outputs of the prompts, in batches. */
  memories: readonly KeptMemory[];
  /** Images for the prompts' image tokens. */
  images: readonly (readonly ImageFile[] | undefined)[];
  /** Bans tokens that the model must never generate. */
  logitBias?: Readonly<Record<number, number>>;
}

/**
 * Tokens that a decoder starts each answer from; an encoder-decoder encodes the prompts first.
 * @throws AttuneError E_PROMPT_TOO_LONG before any of them is read, and errors of the template
 */
export async function readPrompts(prompts: readonly ReadablePrompt[], answering: AnsweringBy): Promise<ReadPrompts> {
  const { model, tokenizer, lease } = answering;
  const rendered = await renderedOf(prompts, answering);
  const texts = rendered.map(({ ids }) => ids);
  refuseLong(texts, model);
  if (model.task !== 'seq2seq') return { ids: texts, memories: [], images: rendered.map(({ images }) => images) };
  const { ids: start, logitBias } = answerStart(model, tokenizer);
  const memories: KeptMemory[] = [];
  for (let from = 0; from < texts.length; from += READ_TOGETHER) {
    const read = () => rememberTexts(model, texts.slice(from, from + READ_TOGETHER));
    memories.push(withAdapters(lease && { all: lease.owner }, read));
  }
  return { ids: prompts.map(() => start), memories, images: [], logitBias };
}

type Rendering = Pick<AnsweringBy, 'model' | 'tokenizer' | 'media' | 'baseFolder' | 'prompted' | 'asker'>;

/** Token ids of prompts, as the encoder reads them if there is one. */
export async function idsOf(prompts: readonly ReadablePrompt[], answering: Rendering): Promise<Int32Array[]> {
  return (await renderedOf(prompts, answering)).map(({ ids }) => ids);
}

/** As `idsOf`, with the images of the prompts' image tokens. */
async function renderedOf(
  given: readonly ReadablePrompt[],
  answering: Rendering,
): Promise<Pick<RenderedPrompt, 'ids' | 'images'>[]> {
  const { model, tokenizer, media } = answering;
  refuseEndless(given, { model, tokenizer });
  const prompts = await withPrompting(given, answering);
  const renderer = new Renderer(tokenizer, { images: imageTexts({ tokenizer, media }) });
  const renderedOne = async (prompt: ReadablePrompt) => {
    if (typeof prompt !== 'string' && 'ids' in prompt) return { ids: Int32Array.from(prompt.ids) };
    if (typeof prompt !== 'string' && 'suffix' in prompt) return { ids: await infillIds(tokenizer, prompt) };
    if (model.task !== 'seq2seq') return renderer.prompt(prompt, begunOf(prompt));
    return { ids: (await tokenizer.encodeFramed([{ text: lastTurn(prompt) }]))[0].ids };
  };
  return Promise.all(prompts.map(renderedOne));
}

function begunOf(prompt: Conversation | BegunConversation | string): string {
  return typeof prompt !== 'string' && 'begun' in prompt ? prompt.begun : '';
}

/** Encoders read a single text: the last message of a conversation. */
function lastTurn(prompt: Conversation | string): string {
  return typeof prompt === 'string' ? prompt : (prompt.messages.at(-1)?.content ?? '');
}

/** Rejects prompts that cannot fit, judging by their length in characters: tokenising them would take seconds. */
export function refuseEndless(
  prompts: readonly ReadablePrompt[],
  { model, tokenizer }: Pick<AnsweringBy, 'model' | 'tokenizer'>,
): void {
  const limit = model.architecture.limits(model.config).maxPositions;
  const longest = longestToken(tokenizer);
  const least = prompts.map((prompt) => ({ length: Math.floor(charactersIn(prompt) / longest) }));
  if (least.some(({ length }) => length >= limit)) throw tooLong(least, limit, 'at least ');
}

const longestTokens = new WeakMap<Tokenizer, number>();

/** Measured in the vocabulary's spelling, which has at least as many characters as the text. */
function longestToken(tokenizer: Tokenizer): number {
  let longest = longestTokens.get(tokenizer);
  if (longest === undefined) {
    longest = 1;
    for (let id = 0; id < tokenizer.size; id++) longest = Math.max(longest, tokenizer.tokenOf(id)?.length ?? 0);
    longestTokens.set(tokenizer, longest);
  }
  return longest;
}

function charactersIn(prompt: ReadablePrompt): number {
  if (typeof prompt === 'string') return prompt.length;
  if ('ids' in prompt) return 0;
  if ('suffix' in prompt) return prompt.prefix.length + prompt.suffix.length;
  return prompt.messages.reduce((sum, { content }) => sum + content.length, 0);
}

/** Checks all prompts before any is answered. */
function refuseLong(prompts: readonly Int32Array[], model: Model): void {
  const limit = model.architecture.limits(model.config).maxPositions;
  if (prompts.some(({ length }) => length >= limit)) throw tooLong(prompts, limit);
}
