import { pushAll } from '../base/many.ts';
import { entryOf } from '../base/table.ts';
import type { Model } from '../models/model.ts';
import { withRowTaps, type Parameter, type RowTap } from '../engine/nn/index.ts';
import { fromArray, noGrad, scope, zeros, type Tensor } from '../engine/tensor/index.ts';
import { tokensOf, type PreparedRow } from '../answering/tasks/rows/prepared-rows.ts';
import type { StepPasses, Trainable } from '../methods/interfaces.ts';
import { followBack, passOver, type PassParts, type PassRequest } from './passes.ts';
import { gradientNorm } from './gradient-norm.ts';
import { addCutRows } from './row-norms.ts';
import { sharePasses } from './shared/share-passes.ts';
import type { NumberTally } from './tally-sums.ts';
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
    const passes = passesApart(parts, { ...request, add: () => undefined });
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
  const { shared, ...alone } = parts;
  const { objective } = parts;
  const shares = request.microBatches.flat().map((row) => {
    const { [objective.unit]: own } = objective.counts({ rows: [row] });
    return entryOf(request.totals, objective.unit) / own;
  });
  if (!shares.every(Number.isFinite)) return {};
  return {
    async cutGradients(trainables, factorOf) {
      const weights = trainables.map(({ parameter }) => parameter);
      let start = 0;
      const items = request.microBatches.map((rows) => ({ rows, shares: shares.slice(start, (start += rows.length)) }));
      let isKnown = true;
      const cut = await sharePasses<(typeof items)[number], PassedRows | undefined>({
        name: 'rows',
        shared,
        items,
        hasGradients: true,
        async pass(item) {
          const batch = { ...request, microBatches: [item.rows], weights, shares: item.shares, factorOf };
          const found = isKnown ? await withTallies((add) => cutBatch(alone, { ...batch, add })) : undefined;
          isKnown &&= found !== undefined;
          return found;
        },
      });
      if (cut.every((batch) => batch !== undefined)) return joinPassed(cut, request);
      for (const { tensor } of weights) tensor.grad = undefined;
      return undefined;
    },
  };
}

/** Each row's gradient on its own, one after the other. */
export async function rowByRow(
  { shared, ...alone }: PassParts,
  request: PassRequest,
  { weights, factorOf }: { weights: readonly Trainable[]; factorOf(norm: number): number },
): Promise<CutRows> {
  const { objective } = alone;
  const cut = await sharePasses({
    name: 'rows',
    shared,
    items: request.microBatches,
    hasGradients: true,
    async pass(rows) {
      using sums = new FactoredSums(weights);
      const losses: number[] = [];
      return (await withTallies(async (add) => {
        for (const row of rows) {
          const totals = { ...request.totals, ...objective.counts({ rows: [row] }) };
          const one = { ...request, microBatches: [[row]], totals, add };
          pushAll(losses, await passOver(alone, one, (result, tape) => followBack(result, tape)));
          sums.add(factorOf);
        }
        return { losses, norms: sums.settle() };
      }))!;
    },
  });
  return joinPassed(cut, request);
}

interface PassedRows extends CutRows {
  tallies: readonly NumberTally[];
}

/** Returns the tallies with the rows, since they are added up over all processes. */
async function withTallies(
  body: (add: PassRequest['add']) => Promise<CutRows | undefined>,
): Promise<PassedRows | undefined> {
  const tallies: NumberTally[] = [];
  const cut = await body((tally) => void tallies.push(tally));
  return cut && { ...cut, tallies };
}

function joinPassed(all: readonly PassedRows[], { add }: PassRequest): CutRows {
  for (const tally of all.flatMap(({ tallies }) => tallies)) add(tally);
  return { losses: all.flatMap(({ losses }) => losses), norms: all.flatMap(({ norms }) => norms) };
}

/** Sums gradients, each scaled by a factor of its norm; starts from the weights' current gradients. */
export class FactoredSums {
  readonly #weights: readonly Trainable[];
  readonly #sums: Tensor[];
  readonly #norms: number[] = [];

  constructor(weights: readonly Trainable[]) {
    this.#weights = weights;
    this.#sums = weights.map(({ parameter: { shape, tensor } }) => {
      const before = tensor.grad?.own();
      tensor.grad = undefined;
      return before ?? zeros(shape, { device: tensor.device }).own();
    });
  }

  /** Adds the weights' gradients, scaled by the factor of their norm, and clears them. */
  add(factorOf: (norm: number) => number): void {
    noGrad(() =>
      scope(() => {
        const gradients = this.#weights.map(({ parameter }) => parameter.tensor.grad);
        const norm = gradientNorm(gradients.filter((gradient) => gradient !== undefined));
        this.#norms.push(norm);
        const alpha = factorOf(norm);
        for (const [i, gradient] of gradients.entries())
          if (gradient !== undefined && Number.isFinite(norm)) this.#sums[i].add_(gradient, { alpha });
        for (const { parameter } of this.#weights) parameter.tensor.grad = undefined;
      }),
    );
  }

  /** Sets the sums as the weights' gradients; returns all norms. */
  settle(): number[] {
    for (const [i, { parameter }] of this.#weights.entries()) parameter.tensor.grad = this.#sums[i];
    return this.#norms;
  }

  [Symbol.dispose](): void {
    for (const sum of this.#sums) sum.dispose();
  }
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
