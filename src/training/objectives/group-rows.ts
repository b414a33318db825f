// G answers to one prompt, L of their tokens
import { sha256 } from '../../files/hash.ts';
import { tokensOf, type PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { JudgedRow } from '../objective.ts';
import type { TextsRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { Message } from '../../models/text/index.ts';
import type { PromptExample } from '../../data/example.ts';

/** A prompt, with its example for reward functions. */
export interface PromptRow extends PreparedRow {
  prompt: PromptExample;
}

/** A generated answer. */
export interface Rollout {
  row: PromptRow;
  /** Includes the token that ended it; with tools, all turns and the text between them. */
  ids: readonly number[];
  /** With tools: 1 for tokens that the model generated, 0 for tools' results. */
  written?: readonly number[];
  isComplete: boolean;
  /** Text of the last turn. */
  text: string;
  /** With tools: all turns and results. */
  turns?: readonly Message[];
}

/** A generated answer within a row. */
export interface TrainedRollout extends Rollout {
  /** Whether its tokens are trained. */
  isTrained: boolean;
}

/** Answers to one prompt, with known properties of their tokens. */
export interface SampledRow extends TextsRow, JudgedRow {
  /** Log-probabilities of the trained tokens at sampling time. */
  sampled?: Float32Array;
  /** Weight of each trained token; 1 by default. */
  weights?: Float32Array;
}

export interface PolicyRow extends SampledRow {
  /** Per trained token. */
  advantages: Float32Array;
}

/** Packs a prompt's answers into one row that reads the prompt once, or into several if they exceed a micro-batch. */
export function groupRows(group: readonly TrainedRollout[], microBatchTokens: number): TextsRow[] {
  const parts: TrainedRollout[][] = [];
  let held = 0;
  const prompt = tokensOf(group[0].row);
  for (const rollout of group) {
    if (parts.length === 0 || held + rollout.ids.length > microBatchTokens) {
      parts.push([]);
      held = prompt;
    }
    parts[parts.length - 1].push(rollout);
    held += rollout.ids.length;
  }
  return parts.map(rowOf);
}

function rowOf(rollouts: readonly TrainedRollout[], part: number): TextsRow {
  const { row } = rollouts[0];
  const lengths = rollouts.map(({ ids }) => ids.length);
  const ids = Int32Array.from([...row.ids, ...rollouts.flatMap((rollout) => rollout.ids)]);
  const trained = new Uint8Array(ids.length);
  let at = row.ids.length;
  for (const { ids: own, isTrained, written } of rollouts) {
    if (written !== undefined && isTrained) trained.set(written, at);
    else trained.fill(isTrained ? 1 : 0, at, at + own.length);
    at += own.length;
  }
  return {
    // Each part of a group has its own random numbers.
    id: part === 0 ? row.id : sha256(`${row.id} ${part}`).slice(0, row.id.length),
    source: row.source,
    ids,
    trained,
    segments: [row.ids.length, ...lengths],
    parents: [-1, ...lengths.map(() => 0)],
  };
}

/** Adds advantages, given for all answers in order. */
export function withAdvantages(rows: readonly SampledRow[], advantages: readonly number[]): PolicyRow[] {
  let answer = 0;
  return rows.map((row) => {
    const own = trainedLengths(row).flatMap((length) => Array<number>(length).fill(advantages[answer++]));
    return { ...row, advantages: Float32Array.from(own) };
  });
}

/** Number of trained tokens of each answer. */
export function trainedLengths({ trained, segments }: Pick<TextsRow, 'trained' | 'segments'>): number[] {
  let at = segments[0];
  return segments.slice(1).map((length) => {
    const own = trained.subarray(at, at + length).reduce((sum, one) => sum + one, 0);
    at += length;
    return own;
  });
}

/** The largest row that a prompt's answers can form. */
export function largestGroup(row: PromptRow, { answers, length }: { answers: number; length: number }): TextsRow {
  const rollout = { row, ids: Array.from({ length }, () => row.ids[row.ids.length - 1]), isComplete: true, text: '' };
  const all = Array.from({ length: answers }, (): TrainedRollout => ({ ...rollout, isTrained: true }));
  const [group] = groupRows(all, Number.POSITIVE_INFINITY);
  return group;
}
