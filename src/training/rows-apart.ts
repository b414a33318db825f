import { pushAll } from '../base/many.ts';
import { entryOf } from '../base/table.ts';
import type { Model } from '../models/model.ts';
import { withRowTaps, type Parameter, type RowTap } from '../engine/nn/index.ts';
import { fromArray, noGrad } from '../engine/tensor/index.ts';
import { tokensOf, type PreparedRow } from '../answering/tasks/rows/prepared-rows.ts';
import type { StepPasses, Trainable } from '../methods/interfaces.ts';
import { followBack, passOver, type PassParts, type PassRequest } from './passes.ts';
import { addCutRows } from './row-norms.ts';
import type { CutRows } from '../methods/update.ts';

/** Maximum rows to search for one with a loss. */
const TRIED_ROWS = 32;

/**
 * Whether the norms of per-row gradients can be computed from batches. Found before the first step by a pass over a
 * short row and stored with the run; a batch for which it fails is handled on its own.
 */
export async function canTellRowsApart(
  parts: PassParts & { trainables: readonly Trainable[] },
  rows: readonly PreparedRow[],
): Promise<boolean> {
  const { objective, trainables } = parts;
  const at = { seed: 0, step: 0 };
  for (const row of rows.toSorted((a, b) => tokensOf(a) - tokensOf(b)).slice(0, TRIED_ROWS)) {
    const some = objective.draw?.([row], at) ?? [row];
    const request = { ...at, microBatches: [some], checkpointing: false, totals: objective.counts({ rows: some }) };
    const passes = passesApart(parts, { ...request, add: () => undefined, forget: () => undefined });
    if (passes.cutGradients === undefined) continue;
    const cut = await passes.cutGradients(trainables, () => 0);
    for (const { parameter } of trainables) parameter.tensor.grad = undefined;
    return cut !== undefined;
  }
  return false;
}

/** Whether a batch gives each row the same result as alone, with every token attributable to its row. */
function areRowsApart({ model, objective }: PassParts): boolean {
  return hasTokensOfRows(model) && objective.separable === true && objective.joint === undefined;
}

/** Whether the tokens of a model's layers are those of its rows, with nothing computed across rows. */
export function hasTokensOfRows({ trunk, prefix }: Model): boolean {
  const { towers, imageReader, balance } = trunk;
  return [towers, imageReader, balance].every((part) => part === undefined) && prefix.length === 0;
}

/**
 * Treats rows as if each were alone, within batches: losses are means over the row's own tokens instead of the step's.
 * Undefined if tokens cannot be attributed to rows, or if a row has no loss.
 */
export function passesApart(parts: PassParts, request: PassRequest): Pick<StepPasses, 'cutGradients'> {
  if (!areRowsApart(parts)) return {};
  const { objective } = parts;
  const shares = request.microBatches.flat().map((row) => {
    const { [objective.unit]: own } = objective.counts({ rows: [row] });
    return entryOf(request.totals, objective.unit) / own;
  });
  if (!shares.every(Number.isFinite)) return {};
  return {
    async cutGradients(trainables, factorOf) {
      const weights = trainables.map(({ parameter }) => parameter);
      const [losses, norms]: number[][] = [[], []];
      for (const rows of request.microBatches) {
        const own = shares.slice(norms.length, norms.length + rows.length);
        const cut = await cutBatch(parts, { ...request, microBatches: [rows], weights, shares: own, factorOf });
        if (cut === undefined) {
          for (const { tensor } of weights) tensor.grad = undefined;
          return undefined;
        }
        pushAll(losses, cut.losses);
        pushAll(norms, cut.norms);
      }
      return { losses, norms };
    },
  };
}

type CutRequest = PassRequest & {
  weights: readonly Parameter[];
  /** Turns each row's loss into the loss of the row alone. */
  shares: readonly number[];
  factorOf(norm: number): number;
};

/** Processes one micro-batch; earlier gradients are restored, with the new ones added. */
async function cutBatch(parts: PassParts, request: CutRequest): Promise<CutRows | undefined> {
  const { model } = parts;
  const { weights, shares, factorOf } = request;
  const taps: RowTap[] = [];
  const around = <T>(body: () => T): T => withRowTaps(taps, body);
  const before = weights.map(({ tensor }) => tensor.grad?.own());
  for (const { tensor } of weights) tensor.grad = undefined;
  let norms: readonly number[] | undefined;
  const found = await passOver(parts, { ...request, around }, ({ perRow }, tape, batch) => {
    followBack({ perRow: perRow.mul(fromArray(Float32Array.from(shares)).toDevice(model.device)) }, tape);
    // A weight with a gradient at this point was used by something that recorded nothing.
    const isKnown = weights.every(({ tensor }) => tensor.grad === undefined) && perRow.size === shares.length;
    for (const [i, { tensor }] of weights.entries()) tensor.grad = before[i];
    const layout = model.layoutOf(batch.input);
    norms = isKnown ? noGrad(() => addCutRows({ taps, layout }, factorOf)) : undefined;
  });
  for (const tensor of [...taps.flatMap(({ kept }) => kept), ...before]) tensor?.dispose();
  return norms && { losses: found.map((loss, i) => loss * shares[i]), norms };
}
