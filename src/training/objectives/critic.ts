// S states of all answers, D width
import { pushAll } from '../../base/many.ts';
import type { Layout } from '../../engine/nn/index.ts';
import { fromArray, noGrad, scope, type Tensor } from '../../engine/tensor/index.ts';
import type { Model } from '../../models/model.ts';
import type { Batch, TextsRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { StepContext } from '../produce.ts';
import { trainedTokensOf } from '../../answering/tasks/rows/answer-log-probs.ts';
import { trainedLengths, type SampledRow } from './group-rows.ts';
import { ofAllRows, splitNumbers } from './known-tokens.ts';
import { targetsOf, type AnswerTargets, type CriticOptions, type ScoredAnswer } from './ppo-targets.ts';
import type { ValueHead } from './value-head.ts';

/** Targets of actor and critic. A state precedes each predicted token; the end of an answer is a state as well. */
interface CriticTargets {
  /** Per trained token. */
  advantages: Float32Array;
  /** Per state, at the time of sampling. */
  values: Float32Array;
  /** Target of each state's value. */
  returns: Float32Array;
}

/** Answers with known log-probabilities. */
interface ActedRow extends SampledRow {
  sampled: Float32Array;
}

export interface PpoRow extends SampledRow, CriticTargets {}

/** Number of states of each answer in a row; `room`: maximum tokens of an answer. */
export function stateCounts(row: TextsRow, room: number): number[] {
  const lengths = row.segments.slice(1);
  return trainedLengths(row).map((trained, i) => (trained === 0 || lengths[i] === room ? trained : trained + 1));
}

export function countStates(rows: readonly TextsRow[], room: number): number {
  return rows.reduce((sum, row) => sum + stateCounts(row, room).reduce((own, count) => own + count, 0), 0);
}

/** Position of every answer's states in a batch, and the row of each: [S] */
export function statePlaces(
  rows: readonly TextsRow[],
  { offsets, rowOf, parents }: Layout,
  room: number,
): { places: BigInt64Array; rows: BigInt64Array } {
  const places: number[] = [];
  const owners: number[] = [];
  const counts = rows.map((row) => stateCounts(row, room));
  let first = 0;
  for (const [text, row] of rowOf.entries()) {
    if (text === 0 || rowOf[text - 1] !== row) first = offsets[text];
    const parent = parents?.[text] ?? -1;
    if (parent < 0) continue;
    const [start, end] = [offsets[text], offsets[text + 1]];
    const written = range(start, end).filter((place) => rows[row].trained[place - first] === 1);
    const states = written.map((place) => (place === start ? offsets[parent + 1] - 1 : place - 1));
    if (states.length < counts[row].shift()!) states.push(end - 1);
    pushAll(places, states);
    pushAll(
      owners,
      states.map(() => row),
    );
  }
  return { places: BigInt64Array.from(places, BigInt), rows: BigInt64Array.from(owners, BigInt) };
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

/** Values of all states in a batch, computed from hidden states: [S] */
export function valuesOf(
  head: ValueHead,
  { hidden, layout, rows }: { hidden: Tensor; layout: Layout; rows: readonly TextsRow[] },
  room: number,
): Tensor {
  const { places } = statePlaces(rows, layout, room);
  return head.values(hidden.indexSelect(0, fromArray(places).toDevice(hidden.device)));
}

interface Reading {
  head: ValueHead;
  temperature: number;
  room: number;
}

/** Log-probabilities and values before any update. */
export async function sampledValues(
  rows: readonly TextsRow[],
  step: StepContext,
  { head, temperature, room }: Reading,
): Promise<{ logProbs: Float32Array; values: Float32Array }[]> {
  const read = (model: Model, batch: Batch<TextsRow>) => {
    const { logProbs, states: hidden, layout } = trainedTokensOf(model, batch, { temperature });
    const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
    const own = splitNumbers(
      logProbs,
      batch.rows.map((row) => sum(trainedLengths(row))),
    );
    const values = valuesOf(head, { hidden, layout, rows: batch.rows }, room);
    const parts = splitNumbers(
      values,
      batch.rows.map((row) => sum(stateCounts(row, room))),
    );
    return own.map((ofRow, i) => ({ logProbs: ofRow, values: parts[i] }));
  };
  return ofAllRows(rows, step, (batch) => noGrad(() => scope(() => read(step.model, batch))));
}

/** Adds the targets of actor and critic to the rows; `scores` of all answers, in order. */
export function withCritic(
  rows: readonly ActedRow[],
  { values, scores, room }: { values: readonly Float32Array[]; scores: readonly number[]; room: number },
  options: CriticOptions,
): { rows: PpoRow[]; answers: ScoredAnswer[] } {
  const perRow = rows.map((row, i) => answersOf(row, values[i], room));
  const answers = perRow.flat().map((answer, i): ScoredAnswer => ({ ...answer, score: scores[i] }));
  const targets = targetsOf(answers, options);
  let at = 0;
  const learnt = rows.map((row, i) => {
    const own = targets.slice(at, (at += perRow[i].length));
    return { ...row, ...joined(own, values[i]) };
  });
  return { rows: learnt, answers };
}

/** A row's numbers, answer by answer. */
function answersOf(row: ActedRow, values: Float32Array, room: number): Omit<ScoredAnswer, 'score'>[] {
  const counts = stateCounts(row, room);
  let [token, state] = [0, 0];
  return trainedLengths(row).map((length, i) => {
    const [from, first] = [token, state];
    token += length;
    state += counts[i];
    return {
      logProbs: row.sampled.subarray(from, token),
      reference: row.reference?.subarray(from, token),
      values: values.subarray(first, state),
    };
  });
}

function joined(targets: readonly AnswerTargets[], values: Float32Array): CriticTargets {
  return {
    advantages: Float32Array.from(targets.flatMap(({ advantages }) => advantages)),
    values,
    returns: Float32Array.from(targets.flatMap(({ returns }) => returns)),
  };
}
