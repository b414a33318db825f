import { resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { mergeMethods } from '../methods/tunings/merge-methods.ts';
import { isRunFolder } from '../store/run-folder.ts';
import { runJob } from '../jobs/worker/index.ts';
import { showRun } from './find-runs.ts';
import { storedRecipe } from './stored-run.ts';
import { isModelFolder } from './export.ts';
import type { useCase as extractCase, ExtractedAdapter } from './use-cases/adapters-extract.ts';
import type { useCase as mergeCase, MergedAdapters } from './use-cases/adapters-merge.ts';
import type { useCase as projectCase, ProjectedAdapter } from './use-cases/adapters-project.ts';
import type { CallOptions } from './use-cases/use-case.ts';

type MergeAdaptersOptions = CallOptions<typeof mergeCase>;

/**
 * Merges several LoRAs (runs or adapter folders of one base model) into one; the base model is not read.
 * @throws AttuneError E_ADAPTERS_DIFFER, E_ADAPTER_UNSUPPORTED, E_NOT_AN_ADAPTER, E_OUTPUT_EXISTS
 */
export async function mergeAdapters(
  adapters: readonly string[],
  options: MergeAdaptersOptions,
): Promise<MergedAdapters> {
  const { method = 'linear', density = 0.5, majoritySign = 'total', seed = 42, onEvent, signal } = options;
  const { weights, rank } = options;
  checkSettings(adapters, { weights, rank, method });
  const folder = resolve(options.output);
  const targets = await Promise.all(adapters.map(targetOf));
  const input = { adapters: targets, method, weights, density, majoritySign, rank, seed, folder };
  return runJob({ job: 'merge-adapters', input, writes: folder, onEvent, signal });
}

function checkSettings(
  adapters: readonly string[],
  { weights, rank, method }: Pick<MergeAdaptersOptions, 'weights' | 'rank' | 'method'>,
): void {
  const usage = (what: string, expected: string) => new AttuneError('E_USAGE', { what, expected });
  if (adapters.length < 2) throw usage('Fewer than two adapters were given', 'at least two, and a weight for each');
  if (weights !== undefined && weights.length !== adapters.length)
    throw usage(`The weights are ${weights.join(',')}`, `${adapters.length} numbers, one for each adapter`);
  if (weights?.every((one) => one === 0) === true) throw usage('Every weight is 0', 'at least one other number');
  if (rank !== undefined && mergeMethods[method!].on !== 'change')
    throw usage(`The method ${method} does not use a rank`, 'a method ending in svd');
}

async function targetOf(wanted: string): Promise<string> {
  return isModelFolder(wanted) ? wanted : (await showRun(wanted)).folder;
}

/**
 * Extracts the LoRA closest to the difference between a tuned model and its base, and scores both.
 * @throws AttuneError E_NOTHING_CHANGED, E_MODELS_DIFFER, E_OUTPUT_EXISTS
 */
export async function extractAdapter(
  tuned: string,
  { base, rank = 16, output, onEvent, signal }: CallOptions<typeof extractCase>,
): Promise<ExtractedAdapter> {
  const folder = resolve(output);
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

/**
 * Writes a LoRA in which changes that point away from its base model's alignment are projected onto it (Safe LoRA).
 * @throws AttuneError E_NOTHING_CHANGED, E_MODELS_DIFFER, E_ADAPTER_UNSUPPORTED, E_NOT_AN_ADAPTER, E_OUTPUT_EXISTS
 */
export async function projectAdapter(
  wanted: string,
  { unaligned, aligned, threshold, layers, output, onEvent, signal }: CallOptions<typeof projectCase>,
): Promise<ProjectedAdapter> {
  if (threshold !== undefined && layers !== undefined)
    throw new AttuneError('E_USAGE', { what: '--threshold and --layers were both given', expected: 'one of them' });
  const [folder, adapter] = [resolve(output), await targetOf(wanted)];
  const input = { adapter, unaligned, aligned, threshold: threshold ?? 0.5, count: layers, folder };
  return runJob({ job: 'project-adapter', input, writes: folder, onEvent, signal });
}
