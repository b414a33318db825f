import type { Memory } from '../../models/memory.ts';
import type { Model } from '../../models/model.ts';
import { Batcher } from './batcher.ts';
import type { GenerationOptions } from './generation-request.ts';
import type { SeenImages } from './seen-images.ts';
import type { Completion } from './sequence.ts';
import type { AnswerTokenizer } from './installed-adapter.ts';

/** Concurrent answers per caller, so that one caller never fills the queue. */
const ASKED_AT_ONCE = 1024;

/** Requests answers with bounded concurrency and returns them in the order of the prompts. */
export async function askInTurn<Prompt, Answer>(
  prompts: readonly Prompt[],
  n: number,
  ask: (prompt: Prompt, row: number) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const rest = prompts.entries(); // shared by all workers
  const goOn = async () => {
    for (const [row, prompt] of rest) answers[row] = await ask(prompt, row);
  };
  const atOnce = Math.max(1, Math.floor(ASKED_AT_ONCE / n) || 1); // at least 1, so that the request itself rejects an invalid `n`
  await Promise.all(Array.from({ length: Math.min(atOnce, prompts.length) }, goOn));
  return answers;
}

/**
 * Continues any number of prompts and returns the answers in order. Row i of a memory, and images i, belong to prompt
 * i.
 */
export async function generate(
  parts: { model: Model; tokenizer: AnswerTokenizer; memory?: Memory; images?: readonly (SeenImages | undefined)[] },
  prompts: readonly (readonly number[] | Int32Array)[],
  options: Omit<GenerationOptions, 'n'> = {},
): Promise<Completion[]> {
  using batcher = new Batcher(parts);
  const { memory, images } = parts;
  return await askInTurn(prompts, 1, async (prompt, row) => {
    const source = memory && { of: memory, row };
    const [answer] = await batcher.submit({ ...options, prompt, memory: source, images: images?.[row] });
    return answer;
  });
}
