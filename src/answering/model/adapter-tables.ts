import { AttuneError } from '../../base/errors.ts';
import type { AdapterDescription } from '../../methods/tunings/adapter-config.ts';
import { isSaved } from '../../methods/tunings/targets.ts';
import type { Task } from '../../models/architecture.ts';
import { readConfig } from '../../models/load-model.ts';
import { skeleton } from '../../models/skeleton.ts';
import type { Model } from '../../models/model.ts';
import { listTokenTables } from '../../models/token-tables.ts';
import {
  aten,
  noGrad,
  readSafetensorsHeader,
  scope,
  type SafetensorsFile,
  type Tensor,
} from '../../engine/tensor/index.ts';
import type { ResultNotesFile } from './result-notes.ts';

/** Complete token tables in an adapter's file: PEFT saves them when the vocabulary has grown. */
export interface SavedTables {
  /** Rows of the largest table; 0 if there is none. */
  rows: number;
  /** Paths of tables that replace the base's and are not in `modules_to_save`. */
  whole: string[];
  /** Tensor names of tables with separately trained rows, by path. */
  below: Map<string, string>;
  /** Tensors that repeat the input table for a tied head. */
  repeated: string[];
}

const pattern = /^base_model\.model\.(?<path>.+?)\.(?<below>token_adapter\.base_layer\.)?weight$/;

/** Finds token tables in an adapter's file by its header alone. */
export async function findSavedTables(
  weights: string,
  baseFolder: string,
  { task, modulesToSave }: { task: Task | undefined; modulesToSave: readonly string[] },
): Promise<SavedTables> {
  const { model } = await skeleton(readConfig(baseFolder), { task });
  const [input, output] = listTokenTables(model);
  const modules = new Set([...model.modules()].map(([path]) => path));
  const trunk = model.root;
  // "model.layers", for example; the trunk may have several parts.
  const parts = new Set([...model.trunk.children()].map(([name]) => trunk + name.split('.', 1)[0]));
  const isOfTrunk = (path: string) => parts.has(path.slice(0, `${path}.`.indexOf('.', trunk.length)));
  const isOfHead = (path: string) => !isOfTrunk(path) && !path.includes('lora_') && !modules.has(path);
  model.dispose();
  const found: SavedTables = { rows: 0, whole: [], below: new Map(), repeated: [] };
  for (const { name, shape } of readSafetensorsHeader(weights).entries) {
    const { path, below } = pattern.exec(name)?.groups ?? {};
    if (path === undefined) continue;
    if (path === input?.path || path === output?.path) {
      found.rows = Math.max(found.rows, shape[0]);
      if (below !== undefined) found.below.set(path, name);
      else if (!isSaved(path, modulesToSave)) found.whole.push(path);
    } else if (output === undefined && isOfHead(path)) found.repeated.push(name);
  }
  return found;
}

/**
 * Whether the head shares a trained table: always in attune's adapters; in PEFT's if they say so or the table has
 * grown.
 */
export function tiesTables(
  { tiesTables: said }: Pick<AdapterDescription, 'tiesTables'>,
  notes: ResultNotesFile | undefined,
  { whole }: Pick<SavedTables, 'whole'>,
): boolean {
  return (said ?? notes !== undefined) || whole.length > 0;
}

/**
 * Loads tables with separately trained rows into the model. Call it before opening the adapter, which takes those rows
 * from them. @throws E_ADAPTER_MISMATCH if a table has another shape, or a tied head's differs from the input table
 */
export function placeTables(file: SafetensorsFile, model: Model, saved: SavedTables): void {
  refuseOtherHead(file, model, saved);
  noGrad(() =>
    scope(() => {
      for (const { path, module } of listTokenTables(model)) {
        const name = saved.below.get(path);
        if (name === undefined) continue;
        const table = file.get(name);
        if (table.shape.join() !== module.weight.shape.join()) throw otherShape(name, table.shape, module.weight.shape);
        module.weight.assign(table.to(model.dtype).toDevice(model.device));
      }
    }),
  );
}

function otherShape(field: string, got: readonly number[], wanted: readonly number[]): AttuneError {
  return new AttuneError('E_ADAPTER_MISMATCH', {
    what: 'The adapter contains an embedding table that does not fit this base model',
    problems: [{ field, message: `has shape [${got.join(', ')}], expected [${wanted.join(', ')}]` }],
    fix: 'use the base model and the tokenizer that the adapter was trained with',
  });
}

function refuseOtherHead(file: SafetensorsFile, model: Model, saved: SavedTables): void {
  const path = listTokenTables(model).at(0)?.path ?? '';
  const own = saved.below.get(path) ?? `base_model.model.${path}.weight`;
  const different = saved.repeated.filter((name) => !isSame(file, name, own));
  if (different.length === 0) return;
  throw new AttuneError('E_ADAPTER_MISMATCH', {
    what: 'The adapter has separate tables for input tokens and head, which this model shares',
    problems: different.map((field) => ({ field, message: `differs from ${own}` })),
    fix: 'use the base model that the adapter was trained on, which has a separate table for its head',
  });
}

/** The adapter's tensors by name, without the tables that `placeTables` has loaded. */
export function adapterTensors(file: SafetensorsFile, saved: SavedTables): Map<string, Tensor> {
  const taken = new Set([...saved.below.values(), ...saved.repeated]);
  return new Map(file.names.filter((name) => !taken.has(name)).map((name) => [name, file.get(name)]));
}

function isSame(file: SafetensorsFile, name: string, other: string): boolean {
  if (!file.names.includes(other)) return false;
  return scope(() => {
    const [first, second] = [file.get(name), file.get(other)];
    return first.shape.join() === second.shape.join() && aten.equal.default(first, second);
  });
}
