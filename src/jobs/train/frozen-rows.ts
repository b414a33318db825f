import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { formatBytes, plural } from '../../base/format.ts';
import { attuneCache } from '../../base/home.ts';
import { sha256, sha256File, sha256OfOwn } from '../../files/hash.ts';
import { weightFiles } from '../../models/checkpoint-files.ts';
import type { Model } from '../../models/model.ts';
import { hasFixedInput } from '../../models/placed-images.ts';
import { engineIdentity } from '../../engine/tensor/index.ts';
import {
  canResume,
  computeFrozen,
  frozenTrunk,
  resumedObjective,
  type ResumedRow,
} from '../../training/frozen-blocks.ts';
import { tokensOf, type MediaReader, type PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { Objective } from '../../training/objective.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { tunings } from '../../methods/tunings/index.ts';
import { freeDiskBytes } from '../../answering/model/resources.ts';
import { FrozenRows, FrozenWriter, prune } from './frozen-store.ts';
import type { ReferenceModel } from '../../answering/model/reference-model.ts';
import type { RunPlan } from './run-plan.ts';

export interface FrozenContext {
  /** Folder of the base model. */
  base: string;
  media?: MediaReader;
  model: Model;
  objective: Objective;
  blocks: number;
  /** Storage of the frozen blocks' weights. */
  storage?: Recipe['storage'];
  microBatchTokens: number;
  emit: EventSink;
  signal: AbortSignal;
}

/** The plan's objective; the outputs of frozen blocks are computed once per row if they are the same in every step. */
export async function withFrozenBlocks(
  { tuned, decided, options, sampler }: RunPlan,
  reference: Pick<ReferenceModel, 'sharesFrozen'> | undefined,
): Promise<Objective> {
  const { base, media, objective, context, train, validation } = tuned.rows;
  const { recipe, earlier, emit, signal } = context;
  const { model } = tuned;
  const rows = [...train.rows, ...validation.rows];
  // A resumed run continues as it began.
  const isAsked = earlier === undefined && rows.length > 0 && (await isAskedFor(recipe));
  if (!canResume(objective, reference?.sharesFrozen)) {
    if (isAsked) throw nothingToKeep(`with objective ${recipe.objective.name} their input differs in each step`);
    return objective;
  }
  const epochs = options.schedule.totalSteps / sampler.batchesPerEpoch;
  const found = await blocksToKeep({ model, objective, epochs }, recipe, rows);
  const blocks = found ?? blocksBeforeImages(rows, model, isAsked ? Infinity : epochs);
  if (blocks === undefined) {
    if (isAsked) throw nothingToKeep('no layer before the trained ones is frozen');
    return objective;
  }
  const { microBatchTokens } = decided;
  const { storage } = recipe;
  const frozen = { base, media, model, objective, blocks, storage, microBatchTokens, emit, signal };
  return context.given === undefined ? withFrozenRows(rows, frozen) : withFrozenInMemory(rows, frozen);
}

/** Whether the recipe requests caching explicitly, rather than its tuning by default. */
async function isAskedFor({ tuning, training }: Recipe): Promise<boolean> {
  if (training.cache_frozen !== true) return false;
  const { recipeDefaults } = await tunings.load(tuning.method);
  return recipeDefaults(tuning).training?.cache_frozen !== true;
}

/** An explicit request must not be ignored silently. */
function nothingToKeep(message: string): AttuneError {
  return new AttuneError('E_NOTHING_FROZEN', {
    what: 'Frozen blocks cannot be computed once per row',
    problems: [{ field: 'training.cache_frozen', message: `is true, but ${message}`, fix: 'remove it' }],
    fix: 'or train fewer blocks: tuning: freeze, or tuning.layers_to_transform with only the last ones',
  });
}

/** Number of blocks without trained parameters, if the recipe allows caching them. */
async function blocksToKeep(
  { model, objective, epochs }: { model: Model; objective: Objective; epochs: number },
  { training: { cache_frozen: wanted } }: Recipe,
  rows: readonly PreparedRow[],
): Promise<number | undefined> {
  if (wanted === false || rows.length === 0) return undefined;
  const shortest = rows.reduce((least, row) => (tokensOf(row) < tokensOf(least) ? row : least));
  const [loaded] = (await objective.load?.([shortest])) ?? [shortest];
  const trunk = frozenTrunk({ model, objective }, loaded);
  if (trunk === undefined) return undefined;
  if (wanted === true) return trunk.blocks;
  const isWorth = epochs > 1 && bytesOf(rows, model) * SPARE <= freeDiskBytes(attuneCache());
  return trunk.isSteady && isWorth ? trunk.blocks : undefined;
}

/**
 * Without frozen blocks, images are still encoded once for all epochs if nothing before the blocks is trained: the
 * vision tower takes longer than everything after it. Undefined if that saves nothing, or the cache does not fit.
 */
function blocksBeforeImages(rows: readonly PreparedRow[], model: Model, epochs: number): 0 | undefined {
  const hasImages = rows.some(({ images }) => images !== undefined);
  if (!hasImages || epochs < 2 || !hasFixedInput(model)) return undefined;
  return bytesOf(rows, model) * SPARE <= freeDiskBytes(attuneCache()) ? 0 : undefined;
}

/** Size of the cached outputs. */
function bytesOf(rows: readonly PreparedRow[], { trunk }: Model): number {
  return rows.reduce((sum, row) => sum + tokensOf(row), 0) * trunk.width * 4;
}

/** Free space required per byte. */
const SPARE = 1.1;

/**
 * The objective with frozen blocks computed once per row, now or in an earlier run. Their outputs are stored on disk
 * under a hash of weights, rows and code, so that later epochs and trials only pay for the trained blocks.
 */
export async function withFrozenRows(rows: readonly PreparedRow[], context: FrozenContext): Promise<Objective> {
  const unique = uniqueOf(rows);
  const folder = join(attuneCache(), 'frozen');
  const path = join(folder, await keyOf(unique, context));
  let stored = FrozenRows.open(path);
  while (stored === undefined) {
    await compute(unique, path, context);
    stored = FrozenRows.open(path);
  }
  prune(folder, path);
  return resumedObjective(context, stored);
}

/** The same, kept in memory for this run alone. */
async function withFrozenInMemory(rows: readonly PreparedRow[], context: FrozenContext): Promise<Objective> {
  const kept = new Map<string, ResumedRow>();
  const add = ({ id }: PreparedRow, resumed: ResumedRow) => void kept.set(id, resumed);
  await computeFrozen(context, uniqueOf(rows), { add }, { ...context, onProgress: () => undefined });
  return resumedObjective(context, { read: ({ id }) => kept.get(id) });
}

function uniqueOf(rows: readonly PreparedRow[]): PreparedRow[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

async function keyOf(rows: readonly PreparedRow[], context: FrozenContext): Promise<string> {
  const { base, media, model, blocks, microBatchTokens, storage } = context;
  const weights = await Promise.all([join(base, 'config.json'), ...weightFiles(base)].map(sha256File));
  const code = sha256OfOwn(CODE_FOLDERS, import.meta.url);
  const { dtype, task } = model;
  const rest = { blocks, storage, microBatchTokens, dtype, task, engine: engineIdentity(), rows: rows.map(readOf) };
  return sha256(JSON.stringify([weights, code, media?.identity, rest]));
}

/** Everything that the blocks read of a row, since the same text may be tokenised or truncated differently. */
function readOf({ id, ids, typeIds, segments, parents, media, images }: PreparedRow): (string | undefined)[] {
  const seen = images?.map(({ hash }) => hash).join();
  return [id, hashOf(ids), typeIds && hashOf(typeIds), segments?.join(), parents?.join(), media?.hash, seen];
}

function hashOf({ buffer, byteOffset, byteLength }: Int32Array): string {
  return sha256(new Uint8Array(buffer, byteOffset, byteLength));
}

const CODE_FOLDERS = [
  '../../models/',
  '../../engine/nn/',
  '../../engine/image/',
  '../../engine/audio/',
  '../../answering/tasks/rows/',
  '../../training/objectives/',
];

async function compute(rows: readonly PreparedRow[], path: string, context: FrozenContext): Promise<void> {
  const { emit, model, blocks } = context;
  refuseFullDisk(bytesOf(rows, model), path);
  const what = blocks === 0 ? 'reading the images' : `computing ${plural(blocks, 'frozen blocks')}`;
  emit({ type: 'phase-started', phase: 'data', message: `${what} once per row` });
  const unit = blocks === 0 ? 'rows read' : 'rows through frozen blocks';
  const writer = new FrozenWriter(path);
  try {
    await computeFrozen(context, rows, writer, {
      ...context,
      onProgress: (done) => emit({ type: 'work-advanced', phase: 'data', done, total: rows.length, unit }),
    });
    writer.finish();
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

function refuseFullDisk(bytes: number, path: string): void {
  const free = freeDiskBytes(path);
  if (bytes * SPARE <= free) return;
  throw new AttuneError('E_DISK_FULL', {
    what: 'The outputs of the frozen blocks do not fit on the disk of the cache',
    got: `${formatBytes(free)} free`,
    expected: `about ${formatBytes(bytes)}`,
    fix: 'free some space, set ATTUNE_HOME to another disk, or recompute them each time: training.cache_frozen: false',
  });
}
