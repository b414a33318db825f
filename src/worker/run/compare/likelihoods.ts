import type { Example } from '../../../data/index.ts';
import { expectedText } from '../../../eval/example-text.ts';
import type { Likelihood } from '../../../eval/predictor.ts';
import { objectives } from '../../../methods/objectives/index.ts';
import { trainedTokens } from '../../../methods/objectives/next-token.ts';
import { evaluateRows } from '../../../train/evaluate.ts';
import { traitsOf } from '../build-trainer.ts';
import type { Answering } from './model-predictor.ts';

const BATCH_TOKENS = 4096;
/** Templates that show the date must not make two evaluations differ. */
const NOW = new Date(0);

/**
 * How likely each row's own last answer is (all of a plain text), by the same function as in training. Undefined for
 * a row without an answer and for one that the model cannot read to its end.
 */
export async function likelihoods(
  opened: Answering,
  examples: readonly Example[],
): Promise<(Likelihood | undefined)[]> {
  const { model, tokenizer } = opened;
  const { causal, maxPositions } = traitsOf(model.architecture, model.config);
  const sft = await objectives.load('sft');
  const objective = sft.create({ train_on: 'last_answer' } as never, { tokenizer, now: NOW, causal });
  const answered = examples.flatMap((example, i) => ((expectedText(example) ?? '') === '' ? [] : [i]));
  const { rows } = await objective.prepare(answered.map((i) => examples[i]));
  const scorable = rows.flatMap((row, place) =>
    row === undefined || row.ids.length > maxPositions ? [] : [{ i: answered[place], row }],
  );
  const prepared = scorable.map(({ row }) => row);
  const found = examples.map((): Likelihood | undefined => undefined);
  if (prepared.length === 0) return found;
  const longest = prepared.reduce((most, { ids }) => Math.max(most, ids.length), 0);
  const { perRow } = await evaluateRows({ model, objective }, prepared, {
    microBatchTokens: Math.max(longest, BATCH_TOKENS),
  });
  for (const [place, { i, row }] of scorable.entries()) {
    const tokens = trainedTokens(row);
    const bytes = Buffer.byteLength(expectedText(examples[i]) ?? '');
    found[i] = { negativeLogLikelihood: perRow[place] * tokens, tokens, bytes };
  }
  return found;
}
