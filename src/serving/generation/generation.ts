/** Generates a model's answers as events, for streams and for complete replies. */
import type { Call } from '../server-call.ts';
import type { ChosenLogProb } from '../../answering/decoding/index.ts';
import { DEFAULT_NEW_TOKENS } from '../../answering/decoding/generation-request.ts';
import type { Answer } from '../../answering/generate/generate.ts';
import type { Prompt } from '../../answering/generate/prompts.ts';
import type { ServedModel } from '../models/model-table.ts';
import type { Sampling, Writer } from '../models/opened.ts';

/** Prompts and settings of a generation. */
export interface Wish {
  prompts: readonly Prompt[];
  sampling: Sampling;
}

/** Part of an answer's text, or the complete answer. The row is `prompt · n + sample`. */
export type GenerationEvent =
  | { row: number; text: string; logProbs?: readonly ChosenLogProb[] }
  | { row: number; answer: Answer };

export interface Generating {
  model: ServedModel;
  writer: Writer;
  signal: AbortSignal;
}

/** Streams answers, after waiting for a turn. @throws ApiError 429, and the model's own errors */
export async function* generate(
  call: Call,
  { model, writer, signal }: Generating,
  { prompts, sampling }: Wish,
): AsyncGenerator<GenerationEvent> {
  const n = sampling.n ?? 1;
  const rows = prompts.length * n;
  const work = rows * Math.max(1, sampling.maxNewTokens ?? DEFAULT_NEW_TOKENS);
  using _turn = await call.admit({ model: (model.base ?? model).id, rows, work, signal });
  if (sampling.maxNewTokens === 0) {
    yield* nothing(writer, prompts, { n, signal });
    return;
  }
  yield* events((controller) =>
    writer.answer(
      prompts,
      { ...sampling, salt: saltOf(call), owner: call.owner },
      {
        signal,
        onText: (row, text, logProbs) => {
          call.exchange.part();
          controller.enqueue({ row, text, logProbs });
        },
        onAnswer: (prompt, answers) => {
          for (const [sample, answer] of answers.entries()) {
            call.exchange.answers[prompt * n + sample] = answer;
            controller.enqueue({ row: prompt * n + sample, answer });
          }
        },
      },
    ),
  );
}

/** Salt of the prompt cache: prompts are shared within a key, and within the request's own salt if it has one. */
export function saltOf({ key, body }: Call): string | undefined {
  const { cache_salt: salt } = body as { cache_salt?: string };
  return key === undefined ? salt : JSON.stringify([key.name, salt ?? null]);
}

/** Empty answers for a length of zero; the prompts are tokenised only to count their tokens. */
async function* nothing(
  writer: Writer,
  prompts: readonly Prompt[],
  { n, signal }: { n: number; signal: AbortSignal },
): AsyncGenerator<GenerationEvent> {
  const { tokens } = await writer.ask<{ tokens: Int32Array[] }>({ ask: 'tokens', prompts }, signal);
  for (let row = 0; row < prompts.length * n; row++) {
    const usage = { prompt: tokens[Math.floor(row / n)].length, shared: 0, answer: 0 };
    yield { row, answer: { text: '', ids: [], finishReason: 'length', usage } };
  }
}

async function* events(
  start: (controller: ReadableStreamDefaultController<GenerationEvent>) => Promise<unknown>,
): AsyncGenerator<GenerationEvent> {
  const stream = new ReadableStream<GenerationEvent>({
    start(controller) {
      start(controller).then(
        () => controller.close(),
        (error: unknown) => controller.error(error),
      );
    },
  });
  for await (const event of stream as unknown as AsyncIterable<GenerationEvent>) yield event;
}

/** All answers in row order. */
export async function generateAll(call: Call, generating: Generating, wish: Wish): Promise<Answer[]> {
  const answers: Answer[] = [];
  for await (const event of generate(call, generating, wish)) if ('answer' in event) answers[event.row] = event.answer;
  return answers;
}
