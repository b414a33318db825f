import { AttuneError } from '../../../base/errors.ts';
import type { DecisionExample, DecisionQuestion } from '../../../data/kinds/decision.ts';
import type { Asked } from '../../../scoring/asked.ts';
import { temperatureOf, type Temperatures } from '../../../scoring/temperatures.ts';
import { decidedText, likeliest } from '../../../scoring/decisions.ts';
import { softmax } from '../../../scoring/softmax.ts';
import type { DecisionAnswer, Prediction, PredictOptions } from '../../../scoring/predictor.ts';
import { askInTurn, Batcher, type Completion, type GenerationRequest } from '../../decoding/index.ts';
import { traitsOf } from '../../../models/base-traits.ts';
import { noGrad, scope } from '../../../engine/tensor/index.ts';
import { LayaHead } from '../../../models/heads/laya.ts';
import type { Model } from '../../../models/model.ts';
import { collateRows } from '../rows/collate.ts';
import { DecisionMarkers, markerLayout, type MarkerLayout } from '../rows/decision-markers.ts';
import { DecisionPrompts, type DecisionPrompt } from '../rows/decision-prompts.ts';
import { askedRow, type DecisionRow } from '../rows/decision-rows.ts';
import { optionScores } from '../rows/option-scores.ts';
import type { PreparedRow } from '../rows/prepared-rows.ts';
import type { Answering, AnswerOptions } from './answering.ts';
import { inBatches, unreadRow } from './batched.ts';

/** Number of rows between progress reports. */
const BATCH = 64;

/**
 * Answers typed questions by the probabilities of their labels as the next token. Questions about one state share its
 * cache. The order of options has no effect here, so reversed options are not asked.
 */
export async function answerWithDecisions(
  opened: Answering,
  asked: readonly Asked[],
  options: PredictOptions,
): Promise<Prediction[]> {
  const prompts = DecisionPrompts.of(opened.tokenizer);
  const { maxPositions } = traitsOf(opened.model);
  const predictions: Prediction[] = [];
  using batcher = new Batcher(opened);
  for (let start = 0; start < asked.length; start += BATCH) {
    const examples = asked.slice(start, start + BATCH).map(({ example }) => example as DecisionExample);
    const rows = await Promise.all(examples.map((example) => promptsOf(example, prompts)));
    const readable = rows.filter((row) => row.every(({ ids }) => ids.length < maxPositions));
    const read = await askInTurn(readable.flat(), 1, (prompt) =>
      readLabels(prompt, {
        temperatures: opened.calibration?.temperatures,
        submit: (request) => batcher.submit({ ...request, signal: options.signal }),
      }),
    );
    const answers = read.values();
    for (const [i, example] of examples.entries())
      predictions.push(
        readable.includes(rows[i])
          ? predictionOf(
              example,
              rows[i].map(() => answers.next().value!),
            )
          : unreadRow(example.id),
      );
    options.onProgress?.(predictions.length, asked.length);
  }
  return predictions;
}

/** Answers typed questions with an encoder's scores of their options, one row per question. */
export async function answerWithMarkers(
  { model, tokenizer, calibration }: Answering,
  asked: readonly Asked[],
  { asksReversed = false, ...options }: PredictOptions & Pick<AnswerOptions, 'asksReversed'>,
): Promise<Prediction[]> {
  const reader = new DecisionMarkers(tokenizer, layoutOf(model));
  const { maxPositions: room, causal } = traitsOf(model);
  const maxPositions = Math.min(room, model.head instanceof LayaHead ? model.head.options.max_len : room);
  const examples = asked.map(({ example }) => example as DecisionExample);
  const rows = await Promise.all(
    examples.map(({ questions, ...example }) => {
      const all = asksReversed ? withReversed(questions) : questions;
      return askedRow({ ...example, questions: all }, reader);
    }),
  );
  const found = await inBatches(rows, { ...options, maxPositions }, (batch) => scoresOf(model, batch, causal));
  return examples.map((example, i) => {
    const scores = found[i];
    if (scores === undefined) return unreadRow(example.id);
    const { questions, state, orders } = rows[i];
    const read = scores.map((logits, q): ReadDecision => {
      const probabilities = softmax(logits, temperatureOf(calibration?.temperatures, questions[q]));
      return { answer: { probabilities }, tokens: (q === 0 ? state.length : 0) + orders[q][0].ids.length };
    });
    return predictionOf(example, read);
  });
}

/** @throws AttuneError E_WRONG_ROWS for a head that scores classes of tokens */
function layoutOf(model: Model): MarkerLayout {
  if (model.head instanceof LayaHead) return 'laya';
  const { labels } = model.tokenClassHead;
  const layout = markerLayout(model.config);
  if (labels.length === 1 && layout !== undefined) return layout;
  throw scoresClasses(labels);
}

function scoresClasses(labels: readonly string[]): AttuneError {
  return new AttuneError('E_WRONG_ROWS', {
    what: 'The model classifies tokens and cannot score the options of questions',
    got: labels.slice(0, 8).join(', '),
    expected: 'a head with a single score',
    fix: 'train it with the objective decision',
  });
}

/** Logits of the options of each question. */
function scoresOf(model: Model, batch: readonly PreparedRow[], causal: boolean): number[][][] {
  const rows = batch as readonly DecisionRow[];
  const flat = noGrad(() =>
    scope(() => [...optionScores(model, { ...collateRows(rows, { causal }), rows }).toNumbers()]),
  );
  let from = 0;
  return rows.map(({ asked }) => asked.map(({ count }) => flat.slice(from, (from += count))));
}

/** A processed question: its answer and its token count. */
export interface ReadDecision {
  answer: DecisionAnswer;
  tokens: number;
}

interface LabelReading {
  temperatures?: Temperatures;
  submit(request: GenerationRequest): Promise<Completion[]>;
}

export function promptsOf(
  { state, questions }: { state: string; questions: readonly DecisionQuestion[] },
  prompts: DecisionPrompts,
): Promise<DecisionPrompt[]> {
  return Promise.all(questions.map((question) => prompts.prompt(state, question)));
}

/** Probabilities of a prompt's labels as the next token. */
export async function readLabels(
  { ids, labels, question }: DecisionPrompt,
  { temperatures, submit }: LabelReading,
): Promise<ReadDecision> {
  const [{ scored = [] }] = await submit({ prompt: ids, maxNewTokens: 1, scored: labels });
  const labelMass = scored.reduce((sum, logProb) => sum + Math.exp(logProb), 0);
  return {
    answer: { probabilities: softmax(scored, temperatureOf(temperatures, question)), labelMass },
    tokens: ids.length,
  };
}

export function predictionOf({ id, questions }: DecisionExample, read: readonly ReadDecision[]): Prediction {
  const reversed = read.slice(questions.length).values();
  const decisions = questions.map((question, q): DecisionAnswer => {
    const { answer } = read[q];
    if (read.length === questions.length || !isReversible(question)) return answer;
    const other = reversed.next().value!.answer.probabilities;
    const isFlipped = likeliest(other.toReversed()) !== likeliest(answer.probabilities);
    return { ...answer, isFlipped };
  });
  const inputTokens = read.slice(0, questions.length).reduce((sum, { tokens }) => sum + tokens, 0);
  return { id, decisions, text: decidedText(questions, decisions), usage: { inputTokens, outputTokens: 0 } };
}

function isReversible({ type, options }: DecisionQuestion): boolean {
  return type === 'choice' && options.length > 1;
}

/** All questions, followed by the choices among them with their options reversed. */
function withReversed(questions: readonly DecisionQuestion[]): DecisionQuestion[] {
  const reversed = questions.filter(isReversible).map((one) => ({ ...one, options: one.options.toReversed() }));
  return [...questions, ...reversed];
}
