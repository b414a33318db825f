// N tokens of a batch, D width
import type { Features } from '../base/features.ts';
import { runStack } from '../models/stack.ts';
import type { Model } from '../models/model.ts';
import { readsImagesLater } from '../models/placed-images.ts';
import { traitsOf } from '../models/base-traits.ts';
import { layoutOfTexts, withRandomness } from '../engine/nn/index.ts';
import { aten, cat, fromArray, noGrad, scope, type Tensor } from '../engine/tensor/index.ts';
import { byTokens } from '../answering/tasks/rows/fill-batches.ts';
import type { Batch, PreparedRow } from '../answering/tasks/rows/prepared-rows.ts';
import type { Objective } from './objective.ts';
import { randomnessOf } from './step-randomness.ts';
import { turn } from '../base/turn.ts';

interface FrozenParts {
  model: Model;
  objective: Objective;
}

/** Hidden states of a row after `blocks` blocks. */
export interface ResumedRow extends Features {
  blocks: number;
  /** Number of tokens of the row after all blocks. */
  tokens: number;
}

/** Cached outputs of frozen blocks. */
export interface ResumedStore {
  /** Undefined if the row is not cached. */
  read(row: PreparedRow): ResumedRow | undefined;
}

/** Receives rows one by one, in the order of `rows`. */
export interface ResumedWriter {
  add(row: PreparedRow, resumed: ResumedRow): void;
}

export interface FrozenRequest {
  blocks: number;
  microBatchTokens: number;
  signal: AbortSignal;
  onProgress(rows: number): void;
}

/**
 * Whether the objective gives frozen blocks the same input at every step and needs nothing but their output. A
 * reference model must share these blocks, or be a different model.
 */
export function canResume({ draw, joint, production, reference }: Objective, referenceShares = false): boolean {
  const isSame = reference === undefined || referenceShares;
  return draw === undefined && joint === undefined && production === undefined && isSame;
}

/** Embedding and leading blocks without any trained parts. */
export interface FrozenTrunk {
  blocks: number;
  /** Output is the same at every step: no dropout, no training-only behaviour, no auxiliary outputs for a loss. */
  isSteady: boolean;
}

/**
 * Determined by a pass over a row: the first hidden states with a gradient follow a trained part, wherever the tuning
 * put it. Undefined if that is the first block, or if there is more than one stack.
 */
export function frozenTrunk({ model, objective }: FrozenParts, row: PreparedRow) {
  const { encoderStack, towers, stack, imageReader } = model.trunk;
  if (encoderStack !== undefined || towers !== undefined || model.prefix.length > 0) return undefined;
  if (imageReader !== undefined && readsImagesLater(imageReader)) return undefined;
  return scope((): FrozenTrunk | undefined => {
    const batch = objective.collate([row]);
    if (!stack.canResume(model.layoutOf(model.placed(batch.input)))) return undefined;
    const still = followStages(model, batch);
    const blocks = Math.min(
      still.findLastIndex(({ isMoved }) => !isMoved),
      stack.blockList.length,
    );
    if (blocks < 1 || still[0].isMoved) return undefined;
    const training = withRandomness(randomnessOf(model, batch, { seed: 0, step: 0 }), () => followStages(model, batch));
    const [one, other] = [still[blocks].output, training[blocks].output];
    const isSteady = aten.equal.default(one, other) && still.slice(0, blocks + 1).every(({ others }) => others === 0);
    return { blocks, isSteady };
  });
}

/** Output of embedding, blocks and final norm, and whether a trained part affects each. */
function followStages(model: Model, batch: Batch): { output: Tensor; isMoved: boolean; others: number }[] {
  const input = model.placed(batch.input);
  const stages: ReturnType<typeof followStages> = [];
  const stage = (body: (x: Tensor) => Tensor[], x: Tensor | undefined): Tensor[] => {
    const outputs = scope(() => body(x as Tensor));
    const isMoved = stages.at(-1)?.isMoved === true || outputs[0].requiresGrad;
    // Detached, so that only one stage's activations are held at a time.
    const cut = outputs.map((output) => output.detach());
    for (const output of outputs) output.dispose();
    stages.push({ output: cut[0], isMoved, others: outputs.length - 1 });
    return cut;
  };
  const { dtype, device } = model;
  runStack(model.stackFor(input), input, { dtype, device, aside: [], runner: { stage, share: (x) => x } });
  return stages;
}

/** An objective that collates cached outputs of the frozen blocks instead of their input. */
export function resumedObjective({ model, objective }: FrozenParts, store: ResumedStore): Objective {
  const { causal } = traitsOf(model);
  return {
    ...objective,
    load: undefined,
    collate(rows) {
      const all = rows.map((row) => store.read(row) ?? missing(row));
      // [T, D] each, concatenated, or images [C, H, W], stacked.
      const tensors = all.map(({ data, shape }) => fromArray(data, shape.length === 2 ? shape : [1, ...shape]));
      const lengths = rows.map(({ segments }, i) => segments ?? [all[i].tokens]);
      const layout = layoutOfTexts(lengths, { causal, parents: rows.map(({ parents }) => parents) });
      return { rows, input: { layout, resumed: { blocks: all[0].blocks, hidden: cat(tensors) } } };
    },
  };
}

function missing(row: PreparedRow): never {
  throw new Error(`row ${row.id} is not among those whose frozen part was computed`);
}

/**
 * Runs the embedding and the first blocks once over all rows, without gradients and dropout. Results depend only on the
 * rows and their order, so that a resumed run gets the same numbers.
 */
export async function computeFrozen(
  { model, objective }: FrozenParts,
  rows: readonly PreparedRow[],
  writer: ResumedWriter,
  request: FrozenRequest,
): Promise<void> {
  let done = 0;
  for (const indices of byTokens(rows, request.microBatchTokens)) {
    request.signal.throwIfAborted();
    const some = indices.map((i) => rows[i]);
    const loaded = (await objective.load?.(some)) ?? some;
    const outputs = noGrad(() => scope(() => frozenOutputs(model, objective, loaded, request.blocks)));
    for (const [i, resumed] of outputs.entries()) writer.add(some[i], resumed);
    done += some.length;
    request.onProgress(done);
    await turn();
  }
}

// oxlint-disable-next-line max-params -- all of one batch
function frozenOutputs(model: Model, objective: Objective, rows: readonly PreparedRow[], blocks: number): ResumedRow[] {
  const input = model.placed(objective.collate(rows).input);
  const layout = model.layoutOf(input);
  const { dtype, device } = model;
  const hidden = runStack(model.stackFor(input), input, { dtype, device, until: blocks });
  return rows.map((_, r): ResumedRow => {
    // A row split into windows has several segments.
    const [first, last] = [layout.rowOf.indexOf(r), layout.rowOf.lastIndexOf(r)];
    const [start, end] = [layout.offsets[first], layout.offsets[last + 1]];
    const own = hidden.shape.length === 2 ? hidden.narrow(0, start, end - start) : hidden.narrow(0, r, 1).squeeze(0);
    return { blocks, tokens: end - start, shape: own.shape, data: numbersOf(own) };
  });
}

function numbersOf(tensor: Tensor): Float32Array {
  return new Float32Array(tensor.to('f32').data() as Float32Array);
}
