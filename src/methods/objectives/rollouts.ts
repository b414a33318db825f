// G answers to each prompt
import { hash32 } from './rollout-seed.ts';
import { withoutSeparator, type Tokenizer } from '../../text/index.ts';
import type { Completion } from '../../generate/index.ts';
import type { PreparedRow } from '../../train/interfaces.ts';
import type { StepContext } from '../../train/produce.ts';
import type { PlacedSample } from './rewards/reward.ts';

export interface SamplingSettings {
  num_generations: number;
  max_completion_length: number;
  temperature: number;
  top_p: number;
  top_k: number;
  min_p: number;
  repetition_penalty: number;
}

/** One answer of a rollout. */
export interface Rollout {
  row: PreparedRow;
  /** With the token that ended it. */
  ids: readonly number[];
  isComplete: boolean;
  text: string;
}

/** All answers to all prompts, those of one prompt one after the other; each prompt is read once. `share` is the reference's. */
export async function rollOut(
  rows: readonly PreparedRow[],
  settings: SamplingSettings,
  { step, tokenizer, share = 0 }: { step: StepContext; tokenizer: Tokenizer; share?: number },
): Promise<Rollout[]> {
  const { rollouts, signal, seed } = step;
  if (rollouts === undefined) throw new Error('this objective is to be given rollouts');
  const requests = rows.map((row) => ({
    prompt: row.ids,
    n: settings.num_generations,
    maxNewTokens: settings.max_completion_length,
    temperature: settings.temperature,
    topP: settings.top_p,
    topK: settings.top_k,
    minP: settings.min_p,
    repetitionPenalty: settings.repetition_penalty,
    seed: hash32(`${seed} ${step.step} ${row.id}${share === 0 ? '' : ` ${share}`}`),
    signal,
  }));
  const answers = await rollouts.generate(requests, share);
  return rows.flatMap((row, i) => answers[i].map((completion) => rolloutOf(row, completion, tokenizer)));
}

function rolloutOf(row: PreparedRow, completion: Completion, tokenizer: Tokenizer): Rollout {
  const { ids, stopId, finishReason, text } = completion;
  const prompt = row.prompt?.prompt;
  const isSetOff = typeof prompt === 'string' && tokenizer.answerSpace;
  return {
    row,
    ids: stopId === undefined ? ids : [...ids, stopId],
    isComplete: finishReason === 'stop',
    text: isSetOff ? withoutSeparator(prompt, text) : text,
  };
}

/** A rollout as reward functions see it. */
export function sampleOf({ row, ids, isComplete, text }: Rollout): PlacedSample {
  const { prompt, columns, source } = row.prompt!;
  return { prompt, completion: text, row: columns, tokens: ids.length, isComplete, source };
}
