import { AttuneError } from '../../base/errors.ts';
import { generate, type Completion } from '../../generate/index.ts';
import { Renderer, type Conversation } from '../../text/index.ts';
import type { JobContext, JobRequest } from '../job.ts';
import { openModel, type OpenedModel, type OpenOptions } from '../run/open-model.ts';

export interface GenerateInput extends OpenOptions {
  /** A run's folder, an adapter's, a model's, or a known name. */
  target: string;
}

/** One request of a session: prompts to answer together. */
export interface GenerateRequest {
  /** Conversations, or plain texts to continue. */
  prompts: readonly (Conversation | string)[];
  maxNewTokens: number;
  temperature?: number;
  topK?: number;
  topP?: number;
  seed?: number;
  stop?: readonly string[];
}

/** Chunks of the answer: text as it becomes certain, and at the end each row's whole completion. */
export type GenerateChunk = { row: number; text: string } | { completions: Completion[] };

/** Answers prompts until the session is closed. */
export async function run(input: GenerateInput, context: JobContext): Promise<{ answered: number }> {
  context.emit({ type: 'phase-started', phase: 'engine', message: `loading ${input.target}` });
  const opened = await openModel(input.target, input);
  if (opened.model.task !== 'causal-lm') {
    throw new AttuneError('E_TASK_UNSUPPORTED', {
      what: `A ${opened.model.task} model does not write text`,
      expected: 'a language model',
    });
  }
  let answered = 0;
  for await (const request of context.requests as AsyncIterable<JobRequest<GenerateRequest, GenerateChunk>>) {
    try {
      const completions = await answer(opened, request);
      request.send({ completions });
      request.end();
      answered++;
    } catch (error) {
      request.fail(error);
    }
  }
  return { answered };
}

async function answer(opened: OpenedModel, request: JobRequest<GenerateRequest, GenerateChunk>): Promise<Completion[]> {
  const { prompts, ...options } = request.body;
  const renderer = new Renderer(opened.tokenizer);
  const ids = await Promise.all(prompts.map(async (prompt) => (await renderer.prompt(prompt)).ids));
  refuseLong(ids, opened);
  return generate(opened, ids, { ...options, signal: request.signal }, (row, text) => request.send({ row, text }));
}

function refuseLong(prompts: readonly Int32Array[], { model }: OpenedModel): void {
  const limit = model.architecture.limits(model.config).maxPositions;
  const longest = Math.max(...prompts.map(({ length }) => length));
  if (longest < limit) return;
  throw new AttuneError('E_PROMPT_TOO_LONG', {
    what: 'The prompt is longer than the model can read',
    got: `${longest} tokens`,
    expected: `fewer than ${limit}`,
  });
}
