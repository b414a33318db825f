import { readFileSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import {
  askInTurn,
  Batcher,
  constraintFor,
  DEFAULT_NEW_TOKENS,
  rememberTexts,
  tooLong,
  type BatcherCounts,
  type Completion,
  type ConstraintSpec,
  type GenerationOptions,
  type TextEvent,
  type TokenConstraint,
  type Transcript,
} from '../../generate/index.ts';
import { storages, type StorageName } from '../../methods/storage/index.ts';
import { decoderStart } from '../../methods/objectives/seq2seq.ts';
import { type Task, taskNames } from '../../models/architecture.ts';
import type { Model } from '../../models/model.ts';
import type { KeptMemory } from '../../models/memory.ts';
import { Renderer, type Conversation, type SpeechWish } from '../../text/index.ts';
import type { JobContext, JobRequest } from '../job.ts';
import { openModel, type OpenedModel, type OpenOptions } from '../run/open-model.ts';
import { answerBorder, borderedConstraint } from '../run/plain-answers.ts';
import { availableBytes } from '../run/resources.ts';
import { settleWeights } from '../run/settle-weights.ts';
import { answerWithSpans } from '../run/compare/spans.ts';
import { hears, processorOf, writeDown } from '../run/compare/speech.ts';

export interface GenerateInput extends OpenOptions {
  /** A run's folder, an adapter's, a model's, or a known name. */
  target: string;
  /** How its weights are read, in every pass; `dense` unless given. */
  storage?: StorageName;
}

/** The path of a recording, for models that write down what they hear. */
export interface RecordingPrompt {
  audio: string;
}

/** A question about a text: models that find answers in texts read both, others are asked after the text. */
export interface QuestionPrompt {
  question: string;
  context: string;
}

/** One request of a session: any number of prompts, each answered as soon as there is room. Requests may overlap. */
export interface GenerateRequest extends Omit<GenerationOptions, 'signal' | 'constraint'> {
  /** Conversations, plain texts to continue, recordings to write down, or questions about texts. */
  prompts: readonly (Conversation | string | RecordingPrompt | QuestionPrompt)[];
  /** What every answer is restricted to. It is always whole: room for its end is kept. */
  constraint?: ConstraintSpec;
  /** Sends text as it becomes certain. */
  stream?: boolean;
  /** How recordings are written down. */
  speech?: SpeechWish;
}

/** One answer, or what was written down of a recording. */
export interface Answer extends Completion, Pick<Transcript, 'language' | 'segments'> {}

/** Chunks of the answer: text as it becomes certain, and each prompt's samples when they are complete. */
export type GenerateChunk = { row: number; sample: number; text: string } | { row: number; completions: Answer[] };

type Request = JobRequest<GenerateRequest, GenerateChunk>;

/** A quarter of what is free holds keys and values, and no more than this. */
const MOST_CACHE_BYTES = 4 * 2 ** 30;

/** Tasks of models that write text. */
const WRITING: ReadonlySet<Task> = new Set(['causal-lm', 'seq2seq']);

/** The task of models that answer with a stretch of the text that they are given. */
const FINDING: Task = 'question';

/** Answers prompts until the session is closed. */
export async function run(input: GenerateInput, context: JobContext): Promise<BatcherCounts> {
  context.emit({ type: 'phase-started', phase: 'engine', message: `loading ${input.target}` });
  const opened = await openModel(input.target, input);
  if (!WRITING.has(opened.model.task) && opened.model.task !== FINDING && !hears(opened.model)) {
    throw new AttuneError('E_TASK_UNSUPPORTED', {
      what: `${input.target} writes no text: its task is ${taskNames[opened.model.task]}`,
      expected: 'a language model',
      fix: elsewhere(opened.model.task, input.target),
    });
  }
  settleWeights(opened.model);
  // After they have moved: a copy belongs to the tensor that it was made of.
  const method = await storages.load(input.storage ?? opened.storage ?? 'dense');
  const { note } = await method.create(opened.model, {}, 'always');
  if (note !== undefined) context.emit({ type: 'phase-started', phase: 'engine', message: note });
  using batcher = new Batcher(opened, { cacheBytes: Math.min(MOST_CACHE_BYTES, availableBytes() / 4) });
  const open = new Set<Promise<void>>();
  context.signal.addEventListener('abort', () => batcher[Symbol.dispose]());
  for await (const request of context.requests as AsyncIterable<Request>) {
    const answering = answer({ ...opened, batcher }, request).finally(() => open.delete(answering));
    open.add(answering);
  }
  await Promise.all(open);
  return batcher.counts;
}

/** What a model that writes nothing is for. */
function elsewhere(task: Task, target: string): string {
  if (task === 'next-item') return `to have items recommended: attune recommend ${target}`;
  if (task === 'embedding' || task === 'contrastive') return `to have its vectors: attune embed ${target}`;
  if (task === 'masked-lm') return 'to measure it: attune eval';
  return `to have rows answered: attune predict ${target} --input FILE, or --text "…"`;
}

type Answering = OpenedModel & { batcher: Batcher };

async function answer(answering: Answering, request: Request): Promise<void> {
  try {
    await answerPrompts(answering, request);
    request.end();
  } catch (error) {
    request.fail(error);
  }
}

async function answerPrompts(answering: Answering, request: Request): Promise<void> {
  if (hears(answering.model)) return writeDownAll(answering, request);
  if (answering.model.task === FINDING) return findAnswers(answering, request);
  const { body, send, signal } = request;
  const { stream, constraint: spec, speech, ...options } = body;
  if (Object.values(speech ?? {}).some((value) => value !== undefined)) throw onlySpeech();
  const prompts = body.prompts.map(readable);
  const { ids, memories } = await readPrompts(prompts, answering);
  refuseLong(ids, answering.model);
  const bordered = spec && borderedConstraint(spec, prompts, answering.tokenizer);
  const constraint = bordered && constraintOf(bordered, ids, { options, answering });
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const ask = async (prompt: Int32Array, row: number) => {
    const border = answerBorder(prompts[row], answering.tokenizer);
    const onText = stream === true ? (event: TextEvent) => send({ row, ...border.streamed(event) }) : undefined;
    const memory = memories.at(Math.floor(row / READ_TOGETHER));
    const source = memory && { of: memory, row: row % READ_TOGETHER };
    const asked = { ...options, constraint, prompt, memory: source, signal: either };
    const completions = await answering.batcher.submit(asked, onText);
    send({ row, completions: completions.map((one) => border.whole(one)) });
  };
  try {
    await askInTurn(ids, options.n ?? 1, ask);
  } catch (error) {
    failure.abort(error); // one prompt's failure is the request's: the others are not worth going on with
    throw error;
  } finally {
    for (const memory of memories) memory[Symbol.dispose]();
  }
}

/** One recording after the other. Whoever hears has no samples, stops or forms of answers. */
async function writeDownAll(answering: Answering, { body, send, signal }: Request): Promise<void> {
  refuseSampling(body, 'what is heard');
  const processor = processorOf(answering);
  for (const [row, prompt] of body.prompts.entries()) {
    signal.throwIfAborted();
    if (typeof prompt === 'string' || !('audio' in prompt)) throw wrongPrompt('a text', 'a recording');
    const options = { ...body.speech, maxNewTokens: body.maxNewTokens, signal };
    const transcript = await writeDown(answering, processor, readFileSync(prompt.audio), options).catch((error) => {
      throw inPlace(error, row);
    });
    const { text, finishReason, language, segments } = transcript;
    const asked = body.speech?.timestamps === true ? { segments } : {};
    send({ row, completions: [{ text, ids: [], finishReason, language, ...asked }] });
  }
}

/** The stretch of each prompt's text that answers its question; nothing is drawn, so that there are no samples. */
async function findAnswers(answering: Answering, { body, send, signal }: Request): Promise<void> {
  refuseSampling(body, 'where answers are found');
  const asked = body.prompts.map((prompt, row) => {
    if (typeof prompt === 'string' || !('question' in prompt))
      throw wrongPrompt('a text', 'a question with its context');
    const source = { file: 'prompts', line: row + 1 };
    return { example: { kind: 'question', id: String(row), source, ...prompt } as const };
  });
  const answers = await answerWithSpans(answering, asked, { signal });
  const problems = answers.flatMap(({ unreadable }, row) =>
    unreadable === undefined ? [] : [{ field: `prompts[${row}]`, message: `its question is ${unreadable}` }],
  );
  if (problems.length > 0)
    throw new AttuneError('E_PROMPT_TOO_LONG', {
      what: 'Questions cannot be read whole',
      problems,
      fix: 'shorten them',
    });
  for (const [row, { text = '' }] of answers.entries())
    send({ row, completions: [{ text, ids: [], finishReason: 'stop' }] });
}

/** What a recording is refused for, under its place among the prompts. */
function inPlace(error: unknown, row: number): unknown {
  if (!(error instanceof AttuneError) || !/^E_(AUDIO|FEATURES_SHAPE)/.test(error.code)) return error;
  const { code, what, got } = error;
  const problems = [{ field: `prompts[${row}]`, message: got === undefined ? what : `${what}: ${got}` }];
  return new AttuneError(code, { what: 'A recording cannot be written down', problems, fix: 'leave it out' });
}

function onlySpeech(): AttuneError {
  return new AttuneError('E_GENERATION_OPTIONS', {
    what: 'Language, task and timestamps are for recordings',
    got: 'a model of text',
    fix: 'leave them out, or choose a model that writes down what it hears',
  });
}

function refuseSampling({ n = 1, stop = [], logProbs, constraint }: GenerateRequest, subject: string): void {
  const given = {
    n: n > 1,
    stop: stop.length > 0,
    logprobs: logProbs !== undefined,
    constraint: constraint !== undefined,
  };
  const problems = Object.entries(given)
    .filter(([, isGiven]) => isGiven)
    .map(([field]) => ({ field, message: `has no effect on ${subject}` }));
  if (problems.length === 0) return;
  throw new AttuneError('E_GENERATION_OPTIONS', {
    what: 'The model does not draw its answers, so that these settings cannot be followed',
    problems,
  });
}

function readable(prompt: GenerateRequest['prompts'][number]): Conversation | string {
  if (typeof prompt === 'string') return prompt;
  if ('audio' in prompt) throw wrongPrompt('a recording', 'a text or a conversation');
  return 'question' in prompt ? `${prompt.context}\n${prompt.question}` : prompt;
}

function wrongPrompt(got: string, expected: string): AttuneError {
  return new AttuneError('E_WRONG_ROWS', {
    what: 'The model cannot answer this kind of prompt',
    got,
    expected,
    fix: 'choose another model, or other rows',
  });
}

/** Prompts that an encoder reads in one pass. */
const READ_TOGETHER = 32;

/** What a decoder begins each answer with; an encoder-decoder reads the prompts first. */
async function readPrompts(
  prompts: readonly (Conversation | string)[],
  { model, tokenizer }: OpenedModel,
): Promise<{ ids: Int32Array[]; memories: readonly KeptMemory[] }> {
  if (model.task !== 'seq2seq') {
    const renderer = new Renderer(tokenizer);
    return { ids: await Promise.all(prompts.map(async (prompt) => (await renderer.prompt(prompt)).ids)), memories: [] };
  }
  const texts = await tokenizer.encodeFramed(prompts.map((prompt) => ({ text: lastTurn(prompt) })));
  const start = decoderStart(model.config);
  refuseLong(
    texts.map(({ ids }) => ids),
    model,
  );
  const memories: KeptMemory[] = [];
  for (let from = 0; from < texts.length; from += READ_TOGETHER) {
    const some = texts.slice(from, from + READ_TOGETHER);
    memories.push(
      rememberTexts(
        model,
        some.map(({ ids }) => ids),
      ),
    );
  }
  return { ids: prompts.map(() => Int32Array.of(start)), memories };
}

/** An encoder reads one text: of a conversation what was said last. */
function lastTurn(prompt: Conversation | string): string {
  return typeof prompt === 'string' ? prompt : (prompt.messages.at(-1)?.content ?? '');
}

/** All at once, before any of them is answered. */
function refuseLong(prompts: readonly Int32Array[], model: Model): void {
  const limit = model.limits.maxPositions;
  if (prompts.some(({ length }) => length >= limit)) throw tooLong(prompts, limit);
}

/** Makes a request's constraint ready, once for all of its prompts. */
function constraintOf(
  spec: ConstraintSpec,
  prompts: readonly Int32Array[],
  { options, answering }: { options: Omit<GenerateRequest, 'prompts'>; answering: Answering },
): () => TokenConstraint {
  const { model, tokenizer } = answering;
  const limit = model.limits.maxPositions;
  const room = limit - prompts.reduce((most, { length }) => Math.max(most, length), 0);
  constraintFor(spec, tokenizer).checkRoom(Math.min(options.maxNewTokens ?? DEFAULT_NEW_TOKENS, room));
  // Asked for anew each time: one that has grown too large is made again.
  return () => constraintFor(spec, tokenizer).begin();
}
