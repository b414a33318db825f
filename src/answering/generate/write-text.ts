import { Allowance } from '../../base/allowance.ts';
import { AttuneError } from '../../base/errors.ts';
import {
  askInTurn,
  constraintFor,
  DEFAULT_NEW_TOKENS,
  type ConstraintSpec,
  type SeenImages,
  type TextEvent,
  type TokenConstraint,
} from '../decoding/index.ts';
import type { ImageFile } from '../../models/text/index.ts';
import { seeImages } from '../tasks/answers/see-images.ts';
import { answerBorder, borderedConstraint } from '../tasks/answers/plain-answers.ts';
import {
  readable,
  READ_TOGETHER,
  readPrompts,
  withLease,
  type AnsweringBy,
  type Answering,
  type GenerateRequest,
} from './read-prompts.ts';
import type { PromptsRequest } from './session-request.ts';

/** Answers prompts with the model or the adapter that the request names. */
export function answerPrompts(answering: Answering, request: PromptsRequest): Promise<void> {
  return withLease(answering, request.body.adapter, (answeringBy) => answerBy(answeringBy, request));
}

async function answerBy(answering: AnsweringBy, request: PromptsRequest): Promise<void> {
  const { body, send, signal } = request;
  const { stream, constraint, speech, adapter: _, ...given } = body;
  const { spec, options } = heldAsChosen({ constraint, ...given }, answering);
  if (Object.values(speech ?? {}).some((value) => value !== undefined)) throw onlySpeech();
  const prompts = body.prompts.map(readable);
  const { ids, memories, images, logitBias } = await readPrompts(prompts, answering);
  const bordered = spec && borderedConstraint(spec, prompts, answering.tokenizer);
  const compiled = bordered && (await constraintOf(bordered, ids, { options, answering, signal }));
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const biases = logitBias && { logitBias: { ...options.logitBias, ...logitBias } };
  const shared = { ...options, ...biases, adapter: answering.lease?.key, constraint: compiled, signal: either };
  const ask = async (prompt: Int32Array, row: number) => {
    const border = answerBorder(prompts[row], answering.tokenizer);
    const onText = stream === true ? (event: TextEvent) => send({ row, ...border.streamed(event) }) : undefined;
    const memory = memoryFor(row, memories);
    const goesOn = memory === undefined && typeof prompts[row] === 'string';
    const asked = { ...shared, prompt, goesOn, memory };
    const completions = await seeing(answering, images[row], (seen) =>
      answering.batcher.submit({ ...asked, images: seen }, onText),
    );
    send({ row, completions: completions.map((one) => border.whole(one)) });
  };
  try {
    await askInTurn(ids, options.n ?? 1, ask);
  } catch (error) {
    failure.abort(error); // a failed prompt fails the whole request, so the others are cancelled
    throw error;
  } finally {
    for (const memory of memories) memory[Symbol.dispose]();
  }
}

/** Stop texts and constraint of a prompted model that has not learnt the form of answers, unless the request sets its own. */
function heldAsChosen<Options extends Pick<GenerateRequest, 'stop' | 'constraint'>>(
  { constraint, ...options }: Options,
  { prompted, lease }: AnsweringBy,
): { spec: ConstraintSpec | undefined; options: Omit<Options, 'constraint'> } {
  if (prompted === undefined || lease !== undefined) return { spec: constraint, options };
  const { stop = prompted.stop } = options;
  return { spec: constraint ?? prompted.held?.[prompted.style], options: { ...options, stop } };
}

/** Finds a row among memories of `READ_TOGETHER` rows each. */
function memoryFor<Memory>(row: number, memories: readonly Memory[]): { of: Memory; row: number } | undefined {
  const memory = memories.at(Math.floor(row / READ_TOGETHER));
  return memory && { of: memory, row: row % READ_TOGETHER };
}

/** Maximum number of prompts whose images are in memory. */
const seenAtOnce = new Allowance(32);

/** Runs `work` with the encoded images of a prompt. */
async function seeing<Result>(
  answering: AnsweringBy,
  files: readonly ImageFile[] | undefined,
  work: (seen?: SeenImages) => Promise<Result>,
): Promise<Result> {
  if (files === undefined) return work();
  return seenAtOnce.use(1, async () => {
    using seen = await seeImages(answering, files);
    return await work(seen);
  });
}

function onlySpeech(): AttuneError {
  return new AttuneError('E_GENERATION_OPTIONS', {
    what: 'Language, task and timestamps only apply to recordings',
    got: 'a text model',
    fix: 'remove them, or choose a speech recognition model',
  });
}

/** Compiles a request's constraint once for all of its prompts. */
async function constraintOf(
  spec: ConstraintSpec,
  prompts: readonly Int32Array[],
  {
    options,
    answering,
    signal,
  }: { options: Omit<GenerateRequest, 'prompts'>; answering: Answering; signal: AbortSignal },
): Promise<() => TokenConstraint> {
  const { model, tokenizer } = answering;
  const limit = model.architecture.limits(model.config).maxPositions;
  const room = limit - prompts.reduce((most, { length }) => Math.max(most, length), 0);
  const constraint = await constraintFor(spec, tokenizer, { owner: options.owner, signal });
  constraint.checkRoom(Math.min(options.maxNewTokens ?? DEFAULT_NEW_TOKENS, room));
  return () => constraint.begin();
}
