import { isLinear, type Parameter } from '../engine/nn/index.ts';
import type { Model } from './model.ts';
import type { KeepWeight } from './skeleton.ts';
import { listTokenTables } from './token-tables.ts';

/** Frozen weights to store in another form: the trunk's linear layers and the token tables. */
export function keptParameters(model: Model, keep: KeepWeight | undefined): Map<Parameter, KeepWeight['quantise']> {
  if (keep === undefined) return new Map();
  const { quantise, quantiseTable, except } = keep;
  const layers = [...model.modules()].flatMap(([path, module]) =>
    isLinear(module) && !model.isOfHead(`${path}.weight`) ? [{ path, module, form: quantise }] : [],
  );
  const tables = quantiseTable === undefined ? [] : listTokenTables(model);
  const all = [...layers, ...tables.map(({ path, module }) => ({ path, module, form: quantiseTable! }))];
  return new Map(all.flatMap(({ path, module, form }) => (except?.(path) === true ? [] : [[module.weight, form]])));
}
