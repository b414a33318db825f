import type { StepwiseExample } from '../../../data/example.ts';
import { Renderer } from '../../../models/text/index.ts';
import type { PreparedRow, RowReader } from './prepared-rows.ts';
import { plainText } from './shared-prompt.ts';

/** Settings for reading steps. */
export interface StepReading extends Pick<RowReader, 'tokenizer' | 'now' | 'causal'> {
  separator: string;
}

type Steps = Pick<StepwiseExample, 'id' | 'source' | 'prompt' | 'completions'>;

/**
 * Prompts and the steps of their answers, tokenised as in TRL: each part separately, with the separator after each
 * step. The last token of a separator is marked as trained: the step before it is judged there.
 */
export async function stepRows(examples: readonly Steps[], reading: StepReading): Promise<PreparedRow[]> {
  const { tokenizer, causal, separator, now } = reading;
  const renderer = new Renderer(tokenizer, { now });
  const end = await tokenizer.encode(separator);
  const frame = causal ? undefined : await frameOf(reading);
  const steps = await tokenizer.encodeBatch(examples.flatMap(({ completions }) => completions));
  const prompts = await Promise.all(
    examples.map(async ({ prompt }) => {
      if (frame !== undefined) return Int32Array.of(frame.start, ...(await tokenizer.encode(plainText(prompt))));
      return (await renderer.prompt(typeof prompt === 'string' ? prompt : { messages: prompt })).ids;
    }),
  );
  let next = 0;
  return examples.map(({ id, source, completions }, i): PreparedRow => {
    const own = steps.slice(next, (next += completions.length));
    const prompt = prompts[i];
    const answer = own.flatMap((step) => [...step, ...end]);
    const ids = Int32Array.of(...prompt, ...answer, ...(frame === undefined ? [] : [frame.end]));
    const trained = new Uint8Array(ids.length);
    let place = prompt.length - 1;
    for (const step of own) trained[(place += step.length + end.length)] = 1;
    const row = { id, source, ids, trained };
    if (frame !== undefined || prompt.length === 0) return row;
    // Steps follow the prompt as a second text: truncation drops the beginning of the prompt and the end of the answer.
    return { ...row, segments: [prompt.length, answer.length], parents: [-1, 0] };
  });
}

/** Special tokens around an encoder's input. */
async function frameOf({ tokenizer }: StepReading): Promise<{ start: number; end: number }> {
  const [{ ids }] = await tokenizer.encodeFramed([{ text: '' }]);
  return { start: ids[0], end: ids[ids.length - 1] };
}

/** An answer's steps, without blank ones. */
export function stepsOf(answer: string, separator: string): string[] {
  return answer.split(separator).filter((step) => step.trim() !== '');
}
