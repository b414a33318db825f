import { AttuneError } from '../../../base/errors.ts';
import {
  askInTurn,
  constraintFor,
  DEFAULT_NEW_TOKENS,
  rememberTexts,
  tooLong,
  type ConstraintSpec,
  type TextEvent,
  type TokenConstraint,
} from '../../../generate/index.ts';
import { decoderStart } from '../../../methods/objectives/seq2seq.ts';
import type { KeptMemory } from '../../../models/memory.ts';
import type { Model } from '../../../models/model.ts';
import { withAdapters } from '../../../nn/index.ts';
import { Renderer, type Conversation } from '../../../text/index.ts';
import type { AdapterLease } from '../adapters/shelf.ts';
import { answerBorder, borderedConstraint } from '../plain-answers.ts';
import { wrongPrompt, type Answering, type GenerateRequest, type PromptsRequest } from './request.ts';

/** Answers prompts by the model, or by the adapter that the request names. */
export async function answerPrompts(answering: Answering, request: PromptsRequest): Promise<void> {
  const { adapter } = request.body;
  if (adapter === undefined) return answerBy(answering, request);
  const lease = await answering.adapters.take(adapter);
  try {
    await answerBy({ ...answering, tokenizer: lease.tokenizer, lease }, request);
  } finally {
    lease.release();
  }
}

type AnsweringBy = Answering & { lease?: AdapterLease };

async function answerBy(answering: AnsweringBy, request: PromptsRequest): Promise<void> {
  const { body, send, signal } = request;
  const { stream, constraint: spec, speech, adapter: _, ...options } = body;
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
    const adapter = answering.lease?.key;
    const goesOn = source === undefined && typeof prompts[row] === 'string';
    const asked = { ...options, adapter, constraint, prompt, goesOn, memory: source, signal: either };
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

function onlySpeech(): AttuneError {
  return new AttuneError('E_GENERATION_OPTIONS', {
    what: 'Language, task and timestamps are for recordings',
    got: 'a model of text',
    fix: 'leave them out, or choose a model that writes down what it hears',
  });
}

function readable(prompt: GenerateRequest['prompts'][number]): Conversation | string {
  if (typeof prompt === 'string') return prompt;
  if ('audio' in prompt) throw wrongPrompt('a recording', 'a text or a conversation');
  return 'question' in prompt ? `${prompt.context}\n${prompt.question}` : prompt;
}

/** Prompts that an encoder reads in one pass. */
const READ_TOGETHER = 32;

/** What a decoder begins each answer with; an encoder-decoder reads the prompts first. */
async function readPrompts(
  prompts: readonly (Conversation | string)[],
  { model, tokenizer, lease }: AnsweringBy,
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
    const read = () =>
      rememberTexts(
        model,
        some.map(({ ids }) => ids),
      );
    memories.push(withAdapters(lease && { all: lease.owner }, read));
  }
  return { ids: prompts.map(() => Int32Array.of(start)), memories };
}

/** An encoder reads one text: of a conversation what was said last. */
function lastTurn(prompt: Conversation | string): string {
  return typeof prompt === 'string' ? prompt : (prompt.messages.at(-1)?.content ?? '');
}

/** All at once, before any of them is answered. */
function refuseLong(prompts: readonly Int32Array[], model: Model): void {
  const limit = model.architecture.limits(model.config).maxPositions;
  if (prompts.some(({ length }) => length >= limit)) throw tooLong(prompts, limit);
}

/** Makes a request's constraint ready, once for all of its prompts. */
function constraintOf(
  spec: ConstraintSpec,
  prompts: readonly Int32Array[],
  { options, answering }: { options: Omit<GenerateRequest, 'prompts'>; answering: Answering },
): () => TokenConstraint {
  const { model, tokenizer } = answering;
  const limit = model.architecture.limits(model.config).maxPositions;
  const room = limit - prompts.reduce((most, { length }) => Math.max(most, length), 0);
  constraintFor(spec, tokenizer).checkRoom(Math.min(options.maxNewTokens ?? DEFAULT_NEW_TOKENS, room));
  // Asked for anew each time: one that has grown too large is made again.
  return () => constraintFor(spec, tokenizer).begin();
}
