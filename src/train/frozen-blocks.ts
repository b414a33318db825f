// N tokens of a batch, D width
import { runStack } from '../models/stack.ts';
import type { Model } from '../models/model.ts';
import { noGrad, scope, type Tensor } from '../tensor/index.ts';
import { byTokens } from './evaluate.ts';
import type { Objective, PreparedRow, ResumedRow } from './interfaces.ts';
import { turn } from '../base/turn.ts';

/** Keeps what frozen blocks made of rows. */
export interface ResumedStore {
  /** Undefined for a row that is not there. */
  read(row: PreparedRow): ResumedRow | undefined;
}

/** Takes rows one by one, in the order of `rows`. */
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
 * Whether frozen blocks see the same of a row at each step, and give all that the objective reads of them: a reference
 * model has blocks of its own.
 */
export function canResume({ draw, joint, produce, needs }: Objective): boolean {
  return draw === undefined && joint === undefined && produce === undefined && needs?.reference !== true;
}

/** An objective whose rows come with the frozen blocks' outputs in place of what those blocks read. */
export function resumedObjective(objective: Objective, store: ResumedStore): Objective {
  return {
    ...objective,
    load: async (rows) => rows.map((row) => ({ ...row, resumed: store.read(row) ?? missing(row) })),
  };
}

function missing(row: PreparedRow): never {
  throw new Error(`row ${row.id} is not among those whose frozen part was computed`);
}

/**
 * Runs the embedding and the first blocks once over all rows, without gradients and without dropout. What a row gets
 * depends on the rows and their order alone, so that a resumed run finds the same numbers.
 */
export async function computeFrozen(
  { model, objective }: { model: Model; objective: Objective },
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
    // A row that is read in windows has several segments.
    const [first, last] = [layout.rowOf.indexOf(r), layout.rowOf.lastIndexOf(r)];
    const [start, end] = [layout.offsets[first], layout.offsets[last + 1]];
    const own = hidden.shape.length === 2 ? hidden.narrow(0, start, end - start) : hidden.narrow(0, r, 1).squeeze(0);
    return { blocks, tokens: end - start, shape: own.shape, data: numbersOf(own) };
  });
}

function numbersOf(tensor: Tensor): Float32Array {
  return new Float32Array(tensor.to('f32').data() as Float32Array);
}
