// Q questions of a batch, K options of the question with the most, P options of all questions, R rows, D width
import { AttuneError } from '../../base/errors.ts';
import type { DecisionExample } from '../../data/kinds/decision.ts';
import { fromArray, type Tensor } from '../../engine/tensor/index.ts';
import { taughtToIgnore } from '../../answering/planted-commands.ts';
import type { Batch } from '../../answering/tasks/rows/prepared-rows.ts';
import type { LossResult, Objective, PassContext, Processor } from '../objective.ts';
import type { Model } from '../../models/model.ts';
import { collateRows } from '../../answering/tasks/rows/collate.ts';
import { DecisionMarkers, type MarkerLayout } from '../../answering/tasks/rows/decision-markers.ts';
import { optionScores } from '../../answering/tasks/rows/option-scores.ts';
import { DecisionPrompts, type DecisionReader } from '../../answering/tasks/rows/decision-prompts.ts';
import { DecisionVectors } from '../../answering/tasks/rows/decision-vectors.ts';
import {
  decisionRow,
  drawnRow,
  type AskedQuestion,
  type DecisionRow,
} from '../../answering/tasks/rows/decision-rows.ts';
import { sumsOfRows } from '../../answering/tasks/rows/trained-tokens.ts';
import {
  brierScore,
  crossEntropy,
  divergenceFrom,
  expectedReward,
  optionLogProbs,
  optionTable,
  rankedScore,
  smoothed,
  tableOf,
} from './decision-losses.ts';
import type { DecisionOptions } from './decision.options.ts';

/**
 * Typed questions about a state: cross-entropy between option probabilities and target, averaged over questions.
 * Questions with rewards maximise the expected reward, with a penalty on the divergence from the base model.
 */
export function create(options: DecisionOptions, processor: Processor): Objective<DecisionExample, DecisionRow> {
  const { causal } = processor;
  const { task, prompts } = readingOf(options, processor);
  // Chat models read options by name, whatever their order; with a mask, an option's position may carry meaning.
  const { shuffle_options: shuffles = prompts instanceof DecisionMarkers, max_options: maxOptions } = options;
  const orderOptions = { shuffles, maxOptions: maxOptions ?? undefined };
  return {
    task,
    ...(task === 'token' && { config: { scores_options: 'state_first' satisfies MarkerLayout } }),
    accepts: ['decision'],
    separable: true,
    unit: 'questions',
    ...(options.beta > 0 && { reference: {} }),
    async prepare(examples) {
      const rows: DecisionRow[] = [];
      for (const example of examples)
        rows.push(await decisionRow(taughtToIgnore(example, options.planted_commands), prompts, orderOptions));
      return { rows, problems: [] };
    },
    check: refuseOneAnswer,
    ...((shuffles || maxOptions !== null) && { draw: (rows, at) => rows.map((row) => drawnRow(row, at)) }),
    collate: (rows) => ({ ...collateRows(rows, { causal }), rows }),
    counts: ({ rows }) => ({ rows: rows.length, questions: questionsIn(rows) }),
    loss: (model, batch, context) => lossOf(model, batch, { ...context, options }),
  };
}

/** The head that scores options, and the layout of rows that it reads. */
function readingOf(
  { score_by: by }: DecisionOptions,
  { causal, tokenizer, isLaya = false }: Processor,
): { task: Objective['task']; prompts: DecisionReader } {
  if (causal) return { task: 'causal-lm', prompts: DecisionPrompts.of(tokenizer) };
  if (isLaya) return { task: 'decision', prompts: new DecisionMarkers(tokenizer, 'laya') };
  const isByVectors = by === null ? tokenizer.special.mask === undefined : by === 'vectors';
  if (isByVectors) return { task: 'decision', prompts: new DecisionVectors(tokenizer) };
  return { task: 'token', prompts: new DecisionMarkers(tokenizer, 'state_first') };
}

function questionsIn(rows: readonly DecisionRow[]): number {
  return rows.reduce((sum, { asked }) => sum + asked.length, 0);
}

function lossOf(
  model: Model,
  batch: Batch<DecisionRow>,
  { totals, runner, reference, options }: PassContext & { options: DecisionOptions },
): LossResult {
  const asked = batch.rows.flatMap((row) => row.asked);
  const logits = optionScores(model, batch, runner); // [P]
  const table = optionTable(
    asked.map(({ count }) => count),
    logits,
  );
  const logProbs = optionLogProbs(logits, table); // [Q, K]
  const before = () => reference!((other) => optionLogProbs(optionScores(other, batch), table));
  const terms = [...targetTerms(asked, logProbs, options), ...rewardTerms(asked, logProbs, { ...options, before })];
  const perQuestion = terms.reduce((sum, term) => sum.add(term)).mul(1 / totals.questions);
  const judged = asked.map(({ target }) => target !== undefined);
  const right = tableOf(asked.map(targetOf), logProbs).argmax(-1);
  const hits = only(judged, logProbs.argmax(-1).eq(right).to(logProbs.dtype)).sum();
  return {
    perRow: perRow(batch.rows, perQuestion),
    tally: { accuracy: { sum: hits, count: judged.filter(Boolean).length } },
  };
}

/** All zeros for a question without a target, which contributes nothing. */
function targetOf({ target, count }: AskedQuestion): readonly number[] {
  return target ?? Array.from({ length: count }, () => 0);
}

/** Loss terms of each question: cross-entropy, and further ones as configured. [Q] each */
function targetTerms(
  asked: readonly AskedQuestion[],
  logProbs: Tensor,
  { label_smoothing: smoothing, brier, rps }: DecisionOptions,
): Tensor[] {
  const wanted = asked.map((one) => (one.target === undefined ? targetOf(one) : smoothed(one.target, smoothing)));
  const targets = tableOf(asked.map(targetOf), logProbs);
  const isJudged = asked.map(({ target }) => target !== undefined);
  const isRanked = asked.map(({ target, type }) => target !== undefined && type === 'score');
  const counts = asked.map(({ count }) => count);
  return [
    crossEntropy(logProbs, tableOf(wanted, logProbs)),
    ...(brier > 0 ? [only(isJudged, brierScore(logProbs, targets)).mul(brier)] : []),
    ...(rps > 0 ? [only(isRanked, rankedScore(logProbs, targets, counts)).mul(rps)] : []),
  ];
}

/** Expected reward of questions without a target, and their divergence from the base model. [Q] each */
function rewardTerms(
  asked: readonly AskedQuestion[],
  logProbs: Tensor,
  { beta, before }: Pick<DecisionOptions, 'beta'> & { before: () => Tensor },
): Tensor[] {
  const isRewarded = asked.map(({ target, rewards }) => target === undefined && rewards !== undefined);
  if (!isRewarded.includes(true)) return [];
  const rewards = tableOf(
    asked.map((one) => one.rewards ?? targetOf(one)),
    logProbs,
  );
  return [
    only(isRewarded, expectedReward(logProbs, rewards)).neg(),
    ...(beta > 0 ? [only(isRewarded, divergenceFrom(logProbs, before())).mul(beta)] : []),
  ];
}

/** Zeroes all other questions. [Q] */
function only(isMeant: readonly boolean[], values: Tensor): Tensor {
  const mask = Float64Array.from(isMeant, Number);
  return values.mul(fromArray(mask).to(values.dtype).toDevice(values.device));
}

function perRow(rows: readonly DecisionRow[], perQuestion: Tensor): Tensor {
  const rowOf = BigInt64Array.from(
    rows.flatMap(({ asked }, row) => asked.map(() => row)),
    BigInt,
  );
  return sumsOfRows(perQuestion, fromArray(rowOf).toDevice(perQuestion.device), rows.length);
}

/** @throws AttuneError E_ONE_ANSWER */
function refuseOneAnswer(train: readonly DecisionExample[]): void {
  const answers = new Map<string, Set<string>>();
  for (const { id, options, target, rewards } of train.flatMap(({ questions }) => questions)) {
    const known = answers.get(id) ?? answers.set(id, new Set()).get(id)!;
    for (const [i, weight] of (target ?? rewards ?? []).entries()) if (weight !== 0) known.add(options[i].key);
  }
  if (answers.values().some(({ size }) => size > 1)) return;
  throw new AttuneError('E_ONE_ANSWER', {
    what: 'Each question of the training rows always has the same answer, so there is nothing to learn',
    expected: 'at least one question with different answers',
    fix: 'add rows with other answers',
  });
}
