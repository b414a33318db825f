// V rows of a table, K of them with a trained token, n new ones, D width
import { isLinear, type Embedding, type LinearLike } from '../engine/nn/index.ts';
import { aten, fromArray, noGrad, scope, type Tensor } from '../engine/tensor/index.ts';
import { tokenTableOf } from './architecture.ts';
import { TokenHead } from './heads/token-head.ts';
import { keyedNormal } from './initialise.ts';
import type { Model } from './model.ts';

/** A matrix [V, D] with one row per token. */
export interface TokenTable {
  /** The module's path in the checkpoint. */
  path: string;
  module: Embedding | LinearLike;
}

/** The input embedding and, if it is untied, the output matrix. */
export function tokenTables(model: Model): { input: TokenTable; output?: TokenTable } {
  const tokenTable = tokenTableOf(model.trunk);
  const entries = [...model.modules()];
  const [path] = entries.find(([, module]) => module === tokenTable)!;
  const input = { path, module: tokenTable };
  if (!(model.head instanceof TokenHead)) return { input };
  for (const [name, module] of model.head.modules()) {
    if (isLinear(module) && module.outFeatures === tokenTable.count) return { input, output: { path: name, module } };
  }
  return { input };
}

/** Token tables as a list, the input's first; empty if the model reads no tokens. */
export function listTokenTables(model: Model): TokenTable[] {
  if (model.trunk.tokenTable === undefined) return [];
  const { input, output } = tokenTables(model);
  return output === undefined ? [input] : [input, output];
}

export interface NewRows {
  ids: readonly number[];
  /** Rows below this belong to trained tokens. */
  known: number;
  seed: number;
}

/** Scale of the new rows' covariance, relative to that of the known rows. */
const SPREAD = 1e-5;

/**
 * Initialises the rows of new tokens close to the mean of the known ones, so that other tokens' probabilities hardly
 * change (Hewitt, "Initializing new word embeddings for pretrained language models", 2021; transformers'
 * `resize_token_embeddings`).
 */
export function initialiseRows(model: Model, rows: NewRows): void {
  if (rows.ids.length === 0) return;
  for (const table of listTokenTables(model)) {
    noGrad(() => scope(() => initialiseTable(table, rows)));
  }
}

function initialiseTable({ path, module: { weight } }: TokenTable, { ids, known, seed }: NewRows): void {
  const all = weight.tensor;
  const table = all.narrow(0, 0, known).to('f32'); // [K, D]
  const mean = table.mean(0); // [D]
  // A normally distributed combination of the centred rows has their covariance.
  const chance = keyedNormal([ids.length, known], { seed, path: `new_tokens:${path}` }, Math.sqrt(SPREAD / known));
  const centred = chance.toDevice(all.device).matmul(table.sub(mean)); // [n, D]
  weight.assign(withRows(all, ids, mean.add(centred)));
}

/** A copy of a table with some rows [n, D] replaced. */
export function withRows(table: Tensor, ids: readonly number[], rows: Tensor): Tensor {
  return aten.index_copy.default(table, 0, indexOf(ids, table.device), rows.to(table.dtype));
}

/** Ids as an index tensor: int64 [n]. */
export function indexOf(ids: readonly number[], device: string): Tensor {
  return fromArray(BigInt64Array.from(ids, BigInt)).toDevice(device);
}
