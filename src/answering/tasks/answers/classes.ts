// R rows, C classes
import { AttuneError } from '../../../base/errors.ts';
import type { Example } from '../../../data/index.ts';
import { promptText } from '../../../scoring/prompt-text.ts';
import type { Asked } from '../../../scoring/asked.ts';
import type { PredictOptions, Prediction } from '../../../scoring/predictor.ts';
import { rowInputs, type RowInput, type Subject } from '../rows/row-inputs.ts';
import type { Model } from '../../../models/model.ts';
import { tokensOf, type PreparedRow } from '../rows/prepared-rows.ts';
import { traitsOf } from '../../../models/base-traits.ts';
import type { Answering } from './answering.ts';
import { inBatches, unreadRow } from './batched.ts';
import { cutRows } from './cut-rows.ts';
import { classScores } from './head-scores.ts';
import { readScores } from './read-scores.ts';

/** Predictions of a classification or regression head, with the probability of every class. */
export async function answerWithClasses(
  answering: Answering,
  asked: readonly Asked[],
  options: PredictOptions,
): Promise<Prediction[]> {
  const { model, media } = answering;
  const { causal, imagePositions, ...traits } = traitsOf(model);
  const maxPositions = media?.kind === 'image' ? (imagePositions ?? traits.maxPositions) : traits.maxPositions;
  const origins = asked.map(({ example }) => ({ ...subjectOf(example), kind: 'classification' as const }));
  const rows = cutRows(await inputRows(answering, asked), { opened: answering, maxPositions, origins });
  const scores = await inBatches(rows, { ...options, maxPositions }, async (batch) =>
    classScores(model, (await media?.load(batch)) ?? batch, causal),
  );
  return rows.map((row, i) => (scores[i] === undefined ? unreadRow(row.id) : prediction(row, scores[i], model)));
}

/** Rows as in training: framed texts, or files. @throws AttuneError E_WRONG_ROWS */
async function inputRows(answering: Answering, asked: readonly Asked[]): Promise<PreparedRow[]> {
  const examples = asked.map(({ example }) => example);
  const inputs = await rowInputs(examples.map(subjectOf), answering);
  const problems = inputs.flatMap((input) => ('message' in input ? [input] : []));
  if (problems.length > 0)
    throw new AttuneError('E_WRONG_ROWS', { what: 'The model cannot read these rows', problems });
  return inputs.map((input, i): PreparedRow => {
    const { id, source } = examples[i];
    return { id, source, ...(input as RowInput) };
  });
}

function subjectOf(example: Example): Subject {
  const { source } = example;
  const media = 'media' in example ? example.media : undefined;
  const textPair = 'textPair' in example ? example.textPair : undefined;
  return { source, media, textPair, text: 'textPair' in example ? example.text : promptText(example) };
}

function prediction(row: PreparedRow, scores: readonly number[], model: Model): Prediction {
  const answer = readScores(scores, model.sequenceHead, model.config);
  return { id: row.id, ...answer, usage: { inputTokens: tokensOf(row), outputTokens: 0 } };
}
