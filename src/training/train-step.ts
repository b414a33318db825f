import { table } from '../base/table.ts';
import { AttuneError } from '../base/errors.ts';
import type { Metrics } from '../base/events.ts';
import { formatNumber } from '../base/format.ts';
import { withRandomness } from '../engine/nn/index.ts';
import { scope, span } from '../engine/tensor/index.ts';
import { tokensOf, type Counts } from '../answering/tasks/rows/prepared-rows.ts';
import type { Driven, StepOptions, StepPasses, Update } from '../methods/interfaces.ts';
import type { PreparedRow } from '../answering/tasks/rows/prepared-rows.ts';
import { jointStep } from './joint-step.ts';
import type { LossScale } from './loss-scale.ts';
import { followBack, passOver, type PassParts, type PassRequest } from './passes.ts';
import { passesApart, rowByRow } from './rows-apart.ts';
import { sharePasses } from './shared/share-passes.ts';
import { randomnessOf } from './step-randomness.ts';
import { TallySums } from './tally-sums.ts';
import type { Checkpointing } from '../models/tape.ts';

export interface StepParts extends PassParts {
  update: Update;
  /** Whether per-row norms can be computed from batches; by default, each step tries. */
  rowsApart?: boolean;
}

export interface StepRequest {
  /** The step's rows in micro-batches. */
  microBatches: readonly (readonly PreparedRow[])[];
  step: number;
  /** Steps of the runs that this one continues, so that random numbers do not repeat. Default 0. */
  stepsBefore?: number;
  seed: number;
  checkpointing: Checkpointing;
  options: Omit<StepOptions, 'step'>;
}

export interface StepResult {
  loss: number;
  gradNorm: number;
  inputTokens: number;
  counts: Counts;
  metrics: Metrics;
  /** Skipped since its gradients overflow f16. */
  isSkipped?: boolean;
}

/**
 * One optimiser step. Counts are summed over all micro-batches first and every term is divided by its total, so that
 * any split of the rows gives the same update. Yields to the event loop between micro-batches.
 */
export async function trainStep(parts: StepParts, wanted: StepRequest): Promise<StepResult> {
  const { objective, update } = parts;
  const request = { ...wanted, step: wanted.step + (wanted.stepsBefore ?? 0) };
  const { step, seed } = request;
  const microBatches = request.microBatches.map((rows) => objective.draw?.(rows, { seed, step }) ?? rows);
  const counts = addCounts(microBatches.map((rows) => objective.counts({ rows })));
  const totals = { ...counts, ...(await surveyStep(parts, { ...request, microBatches })) };
  const sums = new TallySums();
  const rows = request.microBatches.flat();
  const passes = passesOf(parts, {
    ...request,
    microBatches,
    totals,
    add: (tally) => sums.add(tally),
  });
  const drive = update.drive?.bind(update) ?? ((given: StepPasses) => followGradients(update, given, { wanted, step }));
  const drivenBy = (given: StepPasses) => drive(given, { ...request.options, step, seed });
  const { perRow, gradNorm, metrics, isSkipped } = await unlessOverflowing(parts, passes, { wanted, drivenBy });
  refuseNonFinite(perRow, rows, wanted);
  if (!Number.isFinite(gradNorm)) throw diverged(`a gradient norm of ${gradNorm}`, rows, wanted);
  return {
    loss: perRow.reduce((sum, value) => sum + value, 0),
    gradNorm,
    inputTokens: rows.reduce((sum, row) => sum + tokensOf(row), 0),
    counts,
    metrics: { ...sums.metrics(), ...metrics },
    isSkipped,
  };
}

/** The usual step. Non-finite losses are reported before they affect any weights. */
async function followGradients(
  update: Update,
  passes: StepPasses,
  { wanted, step }: { wanted: StepRequest; step: number },
): Promise<Driven> {
  const perRow = await passes.gradients();
  refuseNonFinite(perRow, wanted.microBatches.flat(), wanted);
  return { perRow, gradNorm: span('update', () => update.step({ ...wanted.options, step })) };
}

/** Thrown through an update, whatever it does with gradients, to skip its step. */
class Overflow extends Error {
  readonly perRow: readonly number[];

  constructor(perRow: readonly number[]) {
    super('gradients overflow f16');
    this.perRow = perRow;
  }
}

/** A step whose gradients are unscaled, and which is skipped if they overflow. */
async function unlessOverflowing(
  parts: StepParts,
  passes: StepPasses,
  { wanted, drivenBy }: { wanted: StepRequest; drivenBy: (passes: StepPasses) => Promise<Driven> },
): Promise<Driven & { isSkipped?: boolean }> {
  const { lossScale } = parts;
  if (lossScale === undefined) return drivenBy(passes);
  const { scale } = lossScale.state;
  const metrics = { loss_scale: scale };
  const rows = wanted.microBatches.flat();
  const gradients = async () => {
    const perRow = await passes.gradients();
    refuseNonFinite(perRow, rows, wanted);
    const isFinite = !(await isOverflowing(parts, lossScale));
    lossScale.update(isFinite);
    if (isFinite) return perRow;
    if (scale <= 1) throw diverged('gradients that overflow f16 without a loss scale', rows, wanted);
    throw new Overflow(perRow);
  };
  try {
    const driven = await drivenBy({ ...passes, gradients });
    return { ...driven, metrics: { ...driven.metrics, ...metrics } };
  } catch (error) {
    if (!(error instanceof Overflow)) throw error;
    lossScale.skip();
    return { perRow: error.perRow, gradNorm: 0, metrics, isSkipped: true };
  }
}

/** Whether any process has non-finite gradients; each may only hold those of its own weights. */
async function isOverflowing({ shared }: StepParts, lossScale: LossScale): Promise<boolean> {
  const own = !lossScale.unscale();
  return (await shared?.isAny('whether gradients overflow', own)) ?? own;
}

function passesOf(parts: StepParts, request: PassRequest): StepPasses {
  const { objective } = parts;
  return {
    gradients() {
      const isWhole = parts.shared === undefined && request.microBatches.length === 1;
      if (objective.joint !== undefined && !isWhole) return jointStep(parts, request);
      return passOver(parts, request, (result, tape) => followBack(result, tape, parts.lossScale?.state.scale));
    },
    losses: () => passOver(parts, request, undefined),
    rowGradients: (weights, factorOf) => rowByRow(parts, request, { weights, factorOf }),
    ...(parts.rowsApart !== false && passesApart(parts, request)),
  };
}

/** Counts that need a pass over all batches, with the same random numbers as the following passes. */
async function surveyStep({ model, objective, shared }: StepParts, request: StepRequest): Promise<Counts> {
  const survey = request.microBatches.length > 1 ? objective.survey?.(model) : undefined;
  if (survey === undefined) return {};
  const all = await sharePasses({
    name: 'survey',
    shared,
    items: request.microBatches,
    hasGradients: false,
    async pass(rows) {
      const loaded = (await objective.load?.(rows)) ?? rows;
      return scope(() => {
        const batch = objective.collate(loaded);
        return withRandomness(randomnessOf(model, batch, request), () => survey(batch));
      });
    },
  });
  return addCounts(all);
}

export function addCounts(all: readonly Counts[]): Counts {
  const totals: Counts = table({});
  for (const counts of all)
    for (const [name, value] of Object.entries(counts)) totals[name] = (totals[name] ?? 0) + value;
  return totals;
}

function refuseNonFinite(perRow: readonly number[], rows: readonly PreparedRow[], request: StepRequest): void {
  const bad = rows.filter((_, i) => !Number.isFinite(perRow[i]));
  if (bad.length > 0) throw diverged('a loss that is not a number', bad, request);
}

function diverged(got: string, rows: readonly PreparedRow[], { step, options }: StepRequest): AttuneError {
  return new AttuneError('E_DIVERGED', {
    what: `Training diverged at step ${step + 1}; the last checkpoint has the weights from before it`,
    got,
    problems: rows.map((row) => ({ ...row.source, message: `a row of ${tokensOf(row)} tokens in this step` })),
    fix: `train again with a lower learning rate (it was ${formatNumber(options.learningRate, 2)} at this step), or check the rows named above`,
  });
}
