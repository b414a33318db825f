import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { EventSink } from '../base/events.ts';
import type { ColumnMapping } from '../data/columns.ts';
import { runJob, type JobResult } from '../worker/index.ts';

export interface CreateOptions {
  /** Rows of what people chose. */
  data: string;
  /** Row format of the data; detected unless given. */
  format?: string;
  /** The format's field → your column. */
  columns?: ColumnMapping;
  /** A file of what is known of the items: `item`, texts and features. */
  items?: string;
  /** A model whose vectors stand for the items' texts; without one their words get vectors of their own. */
  textEncoder?: string;
  /** That model becomes a part of this one, and is tuned with it. */
  tunesEncoder?: boolean;
  /** Where to write. */
  folder: string;
  /** Numbers of each item's vector. Default 64. */
  width?: number;
  /** Default 2. */
  blocks?: number;
  /** Default 1. */
  heads?: number;
  /** The longest history that is read, its start included; that of the data, up to 201, unless given. */
  maxPositions?: number;
  /** Default 0.2. */
  dropout?: number;
  /** Default 42. */
  seed?: number;
  /** Told what happens: phases, progress, warnings. */
  onEvent?: EventSink;
  /** Asks to stop. */
  signal?: AbortSignal;
}

export type ModelCreation = JobResult<'create'>;

/**
 * Writes a model with new weights and one token for each item of the data; `train` with `tuning: full` then trains it.
 * @throws AttuneError E_UNKNOWN_MODEL_TYPE, E_NOT_NEW, E_WRONG_ROWS, E_ITEM_NAME, E_CONFIG_BAD and what reading raises
 */
export async function createNewModel(modelType: string, options: CreateOptions): Promise<ModelCreation> {
  const { data: path, format, columns, folder, onEvent, signal, maxPositions, seed = 42 } = options;
  const { items, textEncoder, tunesEncoder, width = 64, blocks = 2, heads = 1, dropout = 0.2 } = options;
  const shape = { width, blocks, heads, dropout, maxPositions };
  const source = { path: resolve(path), format, columns };
  const catalogue = items === undefined ? undefined : resolve(items);
  // A folder is kept by its whole path: texts of further items are read by it later, from wherever that is.
  const encoder = textEncoder !== undefined && existsSync(textEncoder) ? resolve(textEncoder) : textEncoder;
  const texts = { textEncoder: encoder, tunesEncoder };
  const input = { modelType, data: source, folder: resolve(folder), shape, catalogue, ...texts, seed };
  return runJob({ job: 'create', input, writes: resolve(folder), onEvent, signal });
}
