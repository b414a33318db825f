import type { PreferenceExample } from '../../../data/example.ts';
import { askedExamples, type Asked } from '../../../scoring/asked.ts';
import type { PredictOptions, Prediction } from '../../../scoring/predictor.ts';
import { trainedTokensOf } from '../rows/answer-log-probs.ts';
import { answerTokens, pairScores, pairSums, preferenceRows, scoredPairs } from '../rows/preference-rows.ts';
import type { Model } from '../../../models/model.ts';
import { noGrad, scope } from '../../../engine/tensor/index.ts';
import type { Message } from '../../../models/text/message.ts';
import type { Batch, TextsRow } from '../rows/prepared-rows.ts';
import { traitsOf } from '../../../models/base-traits.ts';
import { TEMPLATE_DATE, type AnswerOptions, type Answering, type PreferenceMeasure } from './answering.ts';
import { inBatches, unreadRow } from './batched.ts';

/** Chooses the answer of each pair that a language model prefers or a reward model scores higher, with the margin. */
export async function answerWithPreferences(
  opened: Answering,
  asked: readonly Asked[],
  options: PredictOptions & Pick<AnswerOptions, 'preference' | 'isBase'>,
): Promise<Prediction[]> {
  const { model, tokenizer } = opened;
  const examples = askedExamples(asked, 'preference');
  const { causal, maxPositions } = traitsOf(model);
  const processor = { tokenizer, now: TEMPLATE_DATE, causal };
  const isScored = model.task === 'sequence';
  const rowsOf = isScored ? scoredPairs(processor) : preferenceRows(processor);
  const { rows } = await rowsOf.prepare(examples);
  const readable = [...rows.keys()].filter((i) => rows[i] !== undefined);
  const measure = options.preference ?? opened.pairs?.measure ?? 'whole';
  const reference = measure === 'reference' && options.isBase !== true ? await opened.pairs?.reference() : undefined;
  const read = (batch: readonly TextsRow[]): Margins[] =>
    noGrad(() => scope(() => (isScored ? scoredMargins(model, rowsOf.collate(batch)) : likelyMargins(batch))));
  const likelyMargins = (batch: readonly TextsRow[]): Margins[] => {
    const own = sumsOf(model, rowsOf.collate(batch));
    const before = reference?.run((other) => sumsOf(other, rowsOf.collate(batch))) ?? own;
    return batch.map((row, i) => marginsOf(row, own[i], before[i]));
  };
  try {
    const found = await inBatches(
      readable.map((i) => rows[i]!),
      { ...options, maxPositions },
      read,
    );
    const byRow = new Map(readable.map((row, place) => [row, found[place]]));
    return examples.map((example, i) => predictionOf(example, byRow.get(i), measure));
  } finally {
    reference?.dispose();
  }
}

/** Margin of chosen over rejected by each measure; a reward model has only its score. */
type Margins = { whole: number } & Partial<Record<PreferenceMeasure, number>>;

function scoredMargins(model: Model, batch: Batch): Margins[] {
  const [chosen, rejected] = pairScores(model, batch);
  return chosen
    .sub(rejected)
    .toNumbers()
    .map((whole) => ({ whole }));
}

/** Log-probabilities of both answers of each row. */
function sumsOf(model: Model, batch: Batch): [chosen: number, rejected: number][] {
  const [chosen, rejected] = pairSums(trainedTokensOf(model, batch)).map((sums) => sums.toNumbers());
  return chosen.map((sum, row) => [sum, rejected[row]]);
}

function marginsOf(
  row: TextsRow,
  own: readonly [number, number],
  before: readonly [number, number],
): Required<Margins> {
  const [chosen, rejected] = answerTokens(row);
  const whole = own[0] - own[1];
  return { whole, per_token: own[0] / chosen - own[1] / rejected, reference: whole - (before[0] - before[1]) };
}

function predictionOf(
  { id, chosen, rejected }: PreferenceExample,
  margins: Margins | undefined,
  measure: PreferenceMeasure,
): Prediction {
  if (margins === undefined) return unreadRow(id);
  const { whole: margin, per_token, reference } = margins;
  const text = textOf((margins[measure] ?? margin) >= 0 ? chosen : rejected);
  if (per_token !== undefined)
    return { id, margin, margins: { per_token, ...(measure === 'reference' && { reference }) }, text };
  // A reward model defines the probability that an answer is preferred.
  const isChosen = 1 / (1 + Math.exp(-margin));
  return { id, margin, text, scores: { chosen: isChosen, rejected: 1 - isChosen } };
}

function textOf(answer: string | readonly Message[]): string {
  return typeof answer === 'string' ? answer : (answer.at(-1)?.content ?? '');
}
