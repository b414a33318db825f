// G answers to one prompt, L of their tokens
import { sha256 } from '../../files/hash.ts';
import { tokensOf, type PreparedRow } from '../../methods/interfaces.ts';
import type { Rollout } from './rollouts.ts';

/** An answer of a row. */
export interface TrainedRollout extends Rollout {
  /** Whether its tokens are trained. */
  isTrained: boolean;
}

/**
 * Answers to one prompt as a row that reads the prompt once; several rows where they would not fit into a micro-batch
 * together.
 */
export function groupRows(group: readonly TrainedRollout[], microBatchTokens: number): PreparedRow[] {
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

function rowOf(rollouts: readonly TrainedRollout[], part: number): PreparedRow {
  const { row } = rollouts[0];
  const { source, prompt } = row;
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
    source,
    prompt,
    ids,
    trained,
    segments: [row.ids.length, ...lengths],
    parents: [-1, ...lengths.map(() => 0)],
  };
}

/** The rows with what each of their answers is trained by, given for all answers in order. */
export function withAdvantages(rows: readonly PreparedRow[], advantages: readonly number[]): PreparedRow[] {
  let at = 0;
  return rows.map((row) => ({ ...row, values: advantages.slice(at, (at += trainedLengths(row).length)) }));
}

/** Tokens of each answer that are trained. */
export function trainedLengths({ trained, segments = [] }: PreparedRow): number[] {
  let at = segments[0];
  return segments.slice(1).map((length) => {
    const own = trained.subarray(at, at + length).reduce((sum, one) => sum + one, 0);
    at += length;
    return own;
  });
}

/** The most that a prompt's answers may come to. */
export function largestGroup(row: PreparedRow, { answers, length }: { answers: number; length: number }): PreparedRow {
  const rollout = { row, ids: Array.from({ length }, () => row.ids[row.ids.length - 1]), isComplete: true, text: '' };
  const all = Array.from({ length: answers }, (): TrainedRollout => ({ ...rollout, isTrained: true }));
  const [group] = groupRows(all, Number.POSITIVE_INFINITY);
  return { ...group, values: all.map(() => 1) };
}
