import { resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import { mergeMethods, type MergeMethodName } from '../methods/tuning/merge-methods.ts';
import { isRunFolder } from '../store/run-folder.ts';
import { runJob, type JobResult } from '../worker/index.ts';
import { showRun } from './runs.ts';
import { storedRecipe } from './stored-run.ts';
import { isModelFolder } from './export.ts';

interface AdapterOptions {
  /** The folder to write; it must not exist. */
  folder: string;
  /** Told what happens: phases, progress, warnings. */
  onEvent?: EventSink;
  /** Asks to stop. */
  signal?: AbortSignal;
}

export interface MergeAdaptersOptions extends AdapterOptions {
  /** How the changes are put together, by PEFT's names. Default `linear`. */
  method?: MergeMethodName;
  /** One for each adapter, 1 unless given; below 0 to subtract. */
  weights?: readonly number[];
  /** Share of entries that ties, dare_… and magnitude_prune keep. Default 0.5. */
  density?: number;
  /** Whether the sign of the sum or of most adapters decides in ties and dare_ties. Default `total`. */
  majoritySign?: 'total' | 'frequency';
  /** Rank of what the svd methods give; the largest of the adapters' unless given. */
  rank?: number;
  /** Of the entries that dare_… methods drop. Default 42. */
  seed?: number;
}

/**
 * Writes one LoRA that does what several do: runs' or adapters' folders of one base model, which itself is not read.
 * @throws AttuneError E_ADAPTERS_DIFFER, E_ADAPTER_UNSUPPORTED, E_NOT_AN_ADAPTER, E_OUTPUT_EXISTS
 */
export async function mergeAdapters(
  adapters: readonly string[],
  options: MergeAdaptersOptions,
): Promise<JobResult<'merge-adapters'>> {
  const { method = 'linear', density = 0.5, majoritySign = 'total', seed = 42, onEvent, signal } = options;
  const { weights, rank } = options;
  checkSettings(adapters, { weights, density, rank, method });
  const folder = resolve(options.folder);
  const targets = await Promise.all(adapters.map(targetOf));
  const input = { adapters: targets, method, weights, density, majoritySign, rank, seed, folder };
  return runJob({ job: 'merge-adapters', input, writes: folder, onEvent, signal });
}

function checkSettings(
  adapters: readonly string[],
  { weights, density, rank, method }: Pick<MergeAdaptersOptions, 'weights' | 'density' | 'rank' | 'method'>,
): void {
  const usage = (what: string, expected: string) => new AttuneError('E_USAGE', { what, expected });
  if (adapters.length < 2) throw usage('Fewer than two adapters were given', 'at least two, and a weight for each');
  if (weights !== undefined && (weights.length !== adapters.length || !weights.every((one) => Number.isFinite(one))))
    throw usage(`The weights are ${weights.join(',')}`, `${adapters.length} numbers, one for each adapter`);
  if (weights?.every((one) => one === 0) === true) throw usage('Every weight is 0', 'some other number');
  if (!(density! > 0 && density! <= 1)) throw usage(`The density is ${density}`, 'a share above 0 and at most 1');
  if (rank !== undefined && mergeMethods[method!].on !== 'change')
    throw usage(`The method ${method} has no rank of its own`, 'a method that ends in svd');
}

async function targetOf(wanted: string): Promise<string> {
  return isModelFolder(wanted) ? wanted : (await showRun(wanted)).folder;
}

export interface ExtractAdapterOptions extends AdapterOptions {
  /** The model that it was tuned from: a folder, or a known name. */
  base: string;
  /** Rank of each layer's change. Default 16. */
  rank?: number;
}

/**
 * Writes the LoRA nearest to what tuning changed in a whole model, and scores both.
 * @throws AttuneError E_NOTHING_CHANGED, E_MODELS_DIFFER, E_OUTPUT_EXISTS
 */
export async function extractAdapter(
  tuned: string,
  { base, rank = 16, folder: written, onEvent, signal }: ExtractAdapterOptions,
): Promise<JobResult<'extract-adapter'>> {
  const folder = resolve(written);
  const target = await targetOf(tuned);
  const recipe = isRunFolder(target) ? await storedRecipe(target) : undefined;
  return runJob({
    job: 'extract-adapter',
    input: { target, base, rank, folder, recipe },
    writes: folder,
    onEvent,
    signal,
  });
}

export interface ProjectAdapterOptions extends AdapterOptions {
  /** The model before its alignment: a folder, a run, or a known name. */
  unaligned: string;
  /** The aligned model that the adapter was trained on; the one that the adapter names unless given. */
  aligned?: string;
  /** Layers whose change keeps at most this cosine when it is projected are projected. Default 0.5. */
  threshold?: number;
  /** So many layers with the lowest cosines in place of a threshold. */
  layers?: number;
}

/**
 * Writes a LoRA whose changes that point away from its base model's alignment are projected onto it (Safe LoRA).
 * @throws AttuneError E_NOTHING_CHANGED, E_MODELS_DIFFER, E_ADAPTER_UNSUPPORTED, E_NOT_AN_ADAPTER, E_OUTPUT_EXISTS
 */
export async function projectAdapter(
  wanted: string,
  { unaligned, aligned, threshold = 0.5, layers, folder: written, onEvent, signal }: ProjectAdapterOptions,
): Promise<JobResult<'project-adapter'>> {
  if (!(threshold >= -1 && threshold <= 1))
    throw new AttuneError('E_USAGE', { what: `The threshold is ${threshold}`, expected: 'a cosine, from -1 to 1' });
  if (layers !== undefined && !(Number.isInteger(layers) && layers > 0))
    throw new AttuneError('E_USAGE', { what: `The number of layers is ${layers}`, expected: 'a whole number above 0' });
  const [folder, adapter] = [resolve(written), await targetOf(wanted)];
  const input = { adapter, unaligned, aligned, threshold, count: layers, folder };
  return runJob({ job: 'project-adapter', input, writes: folder, onEvent, signal });
}
