import type { PreferenceExample } from '../../data/example.ts';
import type { Asked } from '../../eval/prompting/asked.ts';
import type { PredictOptions, Prediction } from '../../eval/predictor.ts';
import { trainedTokensOf } from '../../methods/objectives/answer-log-probs.ts';
import { create as createReward, pairScores } from '../../methods/objectives/reward.ts';
import { pairSums, preferenceRows } from '../../methods/objectives/preference-rows.ts';
import type { Message } from '../../text/message.ts';
import { noGrad, scope } from '../../tensor/index.ts';
import { traitsOf } from '../train/build-trainer.ts';
import { TEMPLATE_DATE, type Answering } from './answering.ts';
import { inBatches, unreadRow } from './batched.ts';

/** Which answer of each pair a language model finds likelier, and by how many nats; or which a reward model scores higher. */
export async function answerWithPreferences(
  { model, tokenizer }: Answering,
  asked: readonly Asked[],
  options: PredictOptions,
): Promise<Prediction[]> {
  const examples = asked.map(({ example }) => example as PreferenceExample);
  const { causal, maxPositions } = traitsOf(model);
  const processor = { tokenizer, now: TEMPLATE_DATE, causal };
  const { prepare, collate } =
    model.task === 'sequence'
      ? createReward({ center_rewards_coefficient: null }, processor)
      : preferenceRows(processor);
  const { rows } = await prepare(examples);
  const readable = [...rows.keys()].filter((i) => rows[i] !== undefined);
  const margins = await inBatches(
    readable.map((i) => rows[i]!),
    { ...options, maxPositions },
    (batch) =>
      noGrad(() =>
        scope(() => {
          const input = collate(batch);
          const [chosen, rejected] =
            model.task === 'sequence' ? pairScores(model, input) : pairSums(trainedTokensOf(model, input));
          return chosen.sub(rejected).toNumbers();
        }),
      ),
  );
  const byRow = new Map(readable.map((row, place) => [row, margins[place]]));
  return examples.map((example, i): Prediction => {
    const margin = byRow.get(i);
    if (margin === undefined) return unreadRow(example.id);
    const chosen = 1 / (1 + Math.exp(-margin));
    // What a reward model is trained to say is how probable it is that an answer is preferred.
    const scores = model.task === 'sequence' ? { chosen, rejected: 1 - chosen } : undefined;
    const text = textOf(margin >= 0 ? example.chosen : example.rejected);
    return { id: example.id, margin, text, ...(scores && { scores }) };
  });
}

function textOf(answer: string | readonly Message[]): string {
  return typeof answer === 'string' ? answer : (answer.at(-1)?.content ?? '');
}
