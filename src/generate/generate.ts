import type { Memory } from '../models/memory.ts';
import type { Model } from '../models/model.ts';
import { Batcher } from './batcher.ts';
import type { GenerationOptions } from './request.ts';
import type { AnswerTokenizer, Completion } from './sequence.ts';

/** Continues prompts, as many as there are, and gives their answers in order. Row i of a memory belongs to prompt i. */
export async function generate(
  parts: { model: Model; tokenizer: AnswerTokenizer; memory?: Memory },
  prompts: readonly (readonly number[] | Int32Array)[],
  options: Omit<GenerationOptions, 'n'> = {},
): Promise<Completion[]> {
  using batcher = new Batcher(parts);
  const { memory } = parts;
  const answers = prompts.map(async (prompt, row) => {
    const [answer] = await batcher.submit({ ...options, prompt, memory: memory && { of: memory, row } });
    return answer;
  });
  return await Promise.all(answers);
}
