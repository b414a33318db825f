// G answers to each prompt
import type { Metrics } from '../../base/events.ts';
import { hash32 } from './rollout-seed.ts';
import { withoutSeparator, type Tokenizer } from '../../models/text/index.ts';
import type { Completion } from '../../answering/decoding/index.ts';
import type { StepContext } from '../produce.ts';
import type { PlacedSample } from './rewards/reward.ts';
import type { RolloutTools } from './tools/rollout-tools.ts';
import { withToolTurns, type OpenRollout } from './tools/tool-turns.ts';
import type { PromptRow, Rollout } from './group-rows.ts';

export interface SamplingSettings {
  num_generations: number;
  max_completion_length: number;
  temperature: number;
  top_p: number;
  top_k: number;
  min_p: number;
  repetition_penalty: number;
}

interface RolloutContext {
  step: StepContext;
  tokenizer: Tokenizer;
  /** Share of the reference in sampling. */
  share?: number;
  tools?: RolloutTools;
}

/** Samples answers to all prompts, grouped by prompt; each prompt is read once. */
export async function rollOut(
  rows: readonly PromptRow[],
  settings: SamplingSettings,
  { step, tokenizer, share = 0, tools }: RolloutContext,
): Promise<{ rollouts: Rollout[]; metrics: Metrics }> {
  const { rollouts, seed, shared } = step;
  if (rollouts === undefined) throw new Error('this objective needs rollouts');
  const sampling = samplingOf(settings, step);
  const requests = rows.map((row) => ({
    ...sampling,
    prompt: row.ids,
    n: settings.num_generations,
    maxNewTokens: settings.max_completion_length,
    seed: hash32(`${seed} ${step.step} ${row.id}${share === 0 ? '' : ` ${share}`}`),
  }));
  const answers = await rollouts.generate(requests, { share, shared });
  const first = rows.flatMap((row, i) => answers[i].map((completion) => rolloutOf(row, completion, tokenizer)));
  if (tools === undefined) return { rollouts: first, metrics: {} };
  const room = settings.max_completion_length;
  const goOn = async (open: readonly OpenRollout[], round: number) => {
    const further = open.map(({ row, ids, place }) => ({
      ...sampling,
      prompt: [...row.ids, ...ids],
      maxNewTokens: room - ids.length,
      seed: hash32(`${seed} ${step.step} ${row.id} ${place % settings.num_generations} turn ${round}`),
    }));
    return (await rollouts.generate(further, { share, shared })).map(([completion]) => completion);
  };
  return withToolTurns(first, { tools, room, goOn });
}

function samplingOf(settings: SamplingSettings, { signal }: StepContext) {
  const { temperature, top_p: topP, top_k: topK, min_p: minP, repetition_penalty: repetitionPenalty } = settings;
  return { temperature, topP, topK, minP, repetitionPenalty, signal };
}

function rolloutOf(row: PromptRow, completion: Completion, tokenizer: Tokenizer): Rollout {
  const { ids, stopId, finishReason, text } = completion;
  const prompt = row.prompt.prompt;
  const isSetOff = typeof prompt === 'string' && tokenizer.answerSpace;
  return {
    row,
    ids: stopId === undefined ? ids : [...ids, stopId],
    isComplete: finishReason === 'stop',
    text: isSetOff ? withoutSeparator(prompt, text) : text,
  };
}

/** A rollout as passed to reward functions. */
export function sampleOf(rollout: Rollout): PlacedSample {
  const { row, isComplete, text, turns } = rollout;
  const { prompt, columns, source } = row.prompt;
  const tokens = writtenIds(rollout).length;
  return { prompt, completion: text, row: columns, tokens, isComplete, source, ...(turns && { turns }) };
}

/** Tokens of an answer that the model generated itself. */
export function writtenIds({ ids, written }: Rollout): readonly number[] {
  return written === undefined ? ids : ids.filter((_, token) => written[token] === 1);
}
