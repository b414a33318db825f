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

/** One answer of a rollout. */
export interface Rollout {
  row: PromptRow;
  /** With the token that ended it; with tools, all of its turns and what stands between them. */
  ids: readonly number[];
  /** With tools: 1 where the model wrote the token, 0 where a tool's result stands. */
  written?: readonly number[];
  isComplete: boolean;
  /** Its last turn's. */
  text: string;
  /** With tools: its turns and their results. */
  turns?: readonly Message[];
}

/** An answer of a row. */
export interface TrainedRollout extends Rollout {
  /** Whether its tokens are trained. */
  isTrained: boolean;
}

/** Answers to one prompt, with what is known of their tokens. */
export interface SampledRow extends TextsRow, JudgedRow {
  /** Log-probabilities of the trained tokens when they were sampled. */
  sampled?: Float32Array;
  /** How much each trained token counts; 1 unless given. */
  weights?: Float32Array;
}

export interface PolicyRow extends SampledRow {
  /** Per trained token. */
  advantages: Float32Array;
}

/**
 * Answers to one prompt as a row that reads the prompt once; several rows where they would not fit into a micro-batch
 * together.
 */
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
    // Parts of a group have random numbers of their own.
    id: part === 0 ? row.id : sha256(`${row.id} ${part}`).slice(0, row.id.length),
    source: row.source,
    ids,
    trained,
    segments: [row.ids.length, ...lengths],
    parents: [-1, ...lengths.map(() => 0)],
  };
}

/** The rows with what their tokens are trained by, given for all answers in order. */
export function withAdvantages(rows: readonly SampledRow[], advantages: readonly number[]): PolicyRow[] {
  let answer = 0;
  return rows.map((row) => {
    const own = trainedLengths(row).flatMap((length) => Array<number>(length).fill(advantages[answer++]));
    return { ...row, advantages: Float32Array.from(own) };
  });
}

/** Tokens of each answer that are trained. */
export function trainedLengths({ trained, segments }: Pick<TextsRow, 'trained' | 'segments'>): number[] {
  let at = segments[0];
  return segments.slice(1).map((length) => {
    const own = trained.subarray(at, at + length).reduce((sum, one) => sum + one, 0);
    at += length;
    return own;
  });
}

/** The most that a prompt's answers may come to. */
export function largestGroup(row: PromptRow, { answers, length }: { answers: number; length: number }): TextsRow {
  const rollout = { row, ids: Array.from({ length }, () => row.ids[row.ids.length - 1]), isComplete: true, text: '' };
  const all = Array.from({ length: answers }, (): TrainedRollout => ({ ...rollout, isTrained: true }));
  const [group] = groupRows(all, Number.POSITIVE_INFINITY);
  return group;
}
