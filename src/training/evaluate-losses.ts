import { entryOf } from '../base/table.ts';
import type { Metrics } from '../base/events.ts';
import type { Model } from '../models/model.ts';
import { noGrad, scope } from '../engine/tensor/index.ts';
import { tokensOf, type PreparedRow, type Reference } from '../answering/tasks/rows/prepared-rows.ts';
import type { Objective } from './objective.ts';
import { byTokens, filled } from '../answering/tasks/rows/fill-batches.ts';
import { jointLoss } from './joint-step.ts';
import { addCounts } from './train-step.ts';
import { roundsOf, type Shared } from './shared/shared.ts';
import { inNumbers, TallySums, type NumberTally } from './tally-sums.ts';
import { turn } from '../base/turn.ts';

export interface EvaluationResult {
  /** `loss` and the objective's tally. */
  metrics: Metrics;
  /** Each row's own loss, in input order: nats per unit (token or row). */
  perRow: Float64Array;
  counts: Record<string, number>;
}

/** Metrics from each row's own loss, in row order: nats per unit. */
export type Measure = (perRow: Float64Array) => Promise<Metrics>;

export interface EvaluationOptions {
  microBatchTokens: number;
  /** Further metrics, computed from the rows' losses. */
  measure?: Measure;
  /** Called after each batch with the number of rows done. */
  onProgress?: (rows: number) => void;
}

export interface ScoringParts {
  model: Model;
  objective: Objective;
  /** Required by objectives with a reference model. */
  reference?: Reference;
  /** The processes that share the batches; undefined for one process. */
  shared?: Shared;
}

/** Scores rows without gradients, keeping only sums, so that memory does not grow with the number of rows. */
export async function evaluateRows(
  parts: ScoringParts,
  rows: readonly PreparedRow[],
  options: EvaluationOptions,
): Promise<EvaluationResult> {
  const { objective, shared } = parts;
  const sums = new TallySums();
  const perRow = new Float64Array(rows.length);
  const scored: [number, ScoredBatch][] = [];
  let done = 0;
  const batches = batchesOf(objective, rows, options.microBatchTokens);
  for (const { own, size } of roundsOf([...batches.entries()], shared)) {
    if (own !== undefined) scored.push([own[0], await scoreBatch(parts, rows, { indices: own[1], ...options })]);
    done += size * (own?.[1].length ?? 0);
    options.onProgress?.(Math.min(done, rows.length));
    await turn();
  }
  const all = (await shared?.inOrder('evaluation', scored)) ?? scored.map(([, batch]) => batch);
  let loss = 0;
  for (const batch of all) {
    sums.add(batch.tally);
    for (const [i, value] of batch.perRow.entries()) {
      loss += value;
      perRow[batch.indices[i]] = value / batch.units[i];
    }
  }
  const totals = addCounts(all.map(({ counts }) => counts));
  const measured = await options.measure?.(perRow);
  const units = entryOf(totals, objective.unit);
  const own = { loss: units > 0 ? loss / units : 0, ...sums.metrics() };
  return { metrics: { ...measured, ...own }, perRow, counts: totals };
}

interface ScoredBatch {
  indices: readonly number[];
  /** Per row: the sum of its losses, and the number of units in it. */
  perRow: readonly number[];
  units: readonly number[];
  tally: NumberTally;
  counts: Record<string, number>;
}

async function scoreBatch(
  parts: ScoringParts,
  rows: readonly PreparedRow[],
  { indices, microBatchTokens }: { indices: readonly number[]; microBatchTokens: number },
): Promise<ScoredBatch> {
  const { objective } = parts;
  const given = indices.map((i) => rows[i]);
  const some = objective.draw?.(given, undefined) ?? given;
  const scored = await lossesOf(parts, some, microBatchTokens);
  const units = some.map((row) => unitsOf(objective, row));
  return { indices, ...scored, units, counts: objective.counts({ rows: some }) };
}

/** The sum of each row's losses. */
async function lossesOf(
  parts: ScoringParts,
  rows: readonly PreparedRow[],
  microBatchTokens: number,
): Promise<{ perRow: readonly number[]; tally: NumberTally }> {
  const { model, objective, reference } = parts;
  const totals = ones(objective.unit);
  if (objective.joint !== undefined) return jointLoss(parts, filled(rows, tokensOf, microBatchTokens), totals);
  const loaded = (await objective.load?.(rows)) ?? rows;
  return noGrad(() =>
    scope(() => {
      const { perRow, tally } = objective.loss(model, objective.collate(loaded), { totals, reference });
      return { perRow: perRow.toNumbers(), tally: inNumbers(tally) };
    }),
  );
}

/** Keeps rows that are compared with each other in one batch, in order. */
function batchesOf({ joint }: Objective, rows: readonly PreparedRow[], limit: number): number[][] {
  if (joint === undefined) return byTokens(rows, limit);
  const size = joint.evaluatedTogether;
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, group) => {
    const start = group * size;
    return Array.from({ length: Math.min(size, rows.length - start) }, (_unused, i) => start + i);
  });
}

/** Totals of 1, so that rows give plain sums. */
function ones(unit: string): Record<string, number> {
  return { [unit]: 1, tokens: 1, rows: 1 };
}

function unitsOf(objective: Objective, row: PreparedRow): number {
  const { [objective.unit]: units } = objective.counts({ rows: [row] });
  return units > 0 ? units : 1;
}
