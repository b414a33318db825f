import { AttuneError, type Problem } from '../../base/errors.ts';
import type { WarningRaised } from '../../base/events.ts';
import { greatest, smallest } from '../../base/many.ts';
import { writeWholeFolder } from '../../files/whole-folder.ts';
import { keyedMask, mergeFactors, type Factors } from '../../methods/tunings/adapter-merging.ts';
import { LoraFolder, writeLora } from '../../methods/tunings/lora-folder.ts';
import { mergeMethods, type MergeMethodName } from '../../methods/tunings/merge-methods.ts';
import { noGrad, scope } from '../../engine/tensor/index.ts';
import type { JobContext } from '../../base/job.ts';
import { readNotes, type ResultNotesFile } from '../../answering/model/result-notes.ts';
import { adapterFolder, copyBeside, writeMadeCard, writeMadeNotes } from './made-adapter.ts';
import { refuseExisting } from './new-folder.ts';

export interface MergeAdaptersInput {
  /** Folders of at least two runs or adapters. */
  adapters: readonly string[];
  method: MergeMethodName;
  /** One weight per adapter, 1 by default. A negative weight subtracts the adapter's change. */
  weights?: readonly number[];
  /** Share of entries that ties, dare_… and magnitude_prune keep. */
  density: number;
  majoritySign: 'total' | 'frequency';
  /** Rank of the svd methods' result; by default the largest of the adapters' ranks. */
  rank?: number;
  seed: number;
  /** Folder to write; it must not exist. */
  folder: string;
}

export interface MergedAdapters {
  folder: string;
  method: MergeMethodName;
  /** Layers that the merged adapter changes. */
  layers: number;
  /** Smallest and largest rank of a layer. */
  ranks: [number, number];
  adapters: { folder: string; weight: number }[];
}

/** Merges several LoRAs on the same base model into one. The base model itself is not needed. */
export async function run(input: MergeAdaptersInput, context: JobContext): Promise<MergedAdapters> {
  const { folder, method, adapters, weights = adapters.map(() => 1) } = input;
  refuseExisting(folder);
  const folders = adapters.map((adapter) => adapterFolder(adapter));
  using opened = new DisposableStack();
  const given: LoraFolder[] = [];
  for (const one of folders) given.push(opened.use(await LoraFolder.open(one)));
  const notes = folders.map((one) => readNotes(one));
  refuseDifferent(given, notes, input);
  for (const one of given.filter(({ foreign }) => foreign.length > 0)) context.emit(foreignFactors(one));
  context.emit({ type: 'phase-started', phase: 'export', message: `merging ${adapters.join(', ')} by ${method}` });
  const ranks = await writeWholeFolder(folder, (draft) => {
    const written = noGrad(() => scope(() => writeMerged(draft, given, { ...input, weights })));
    copyBeside(folders[0], draft);
    const merged = adapters.map((adapter, i) => ({ adapter, weight: weights[i] }));
    const isKnown = notes.every((one) => one !== undefined);
    if (isKnown) writeMadeNotes(draft, notes[0], { folder, merged_by: method, merged_from: merged });
    writeMadeCard(draft, given[0].config, { tag: 'merged', lines: cardLines({ method, merged }) });
    return written;
  });
  return {
    folder,
    method,
    layers: ranks.length,
    ranks: [smallest(ranks), greatest(ranks)],
    adapters: folders.map((one, i) => ({ folder: one, weight: weights[i] })),
  };
}

function foreignFactors({ folder, foreign }: LoraFolder): WarningRaised {
  const message = `${folder} also contains ${foreign.length} tensors of another adapter, such as ${foreign[0]}; they are left out`;
  return { type: 'warning-raised', code: 'W_FOREIGN_TENSORS', message };
}

/** Writes the merged layers. @returns their ranks */
function writeMerged(
  draft: string,
  given: readonly LoraFolder[],
  input: MergeAdaptersInput & { weights: readonly number[] },
): number[] {
  const settings = { ...input, mask: keyedMask(input.seed, input.density) };
  const layers = new Map<string, Omit<Factors, 'scale'>>();
  for (const path of pathsOf(given)) {
    const parts = given.flatMap((one, i) =>
      one.paths.includes(path) ? [{ ...one.factors(path), weight: input.weights[i] }] : [],
    );
    layers.set(path, mergeFactors(path, parts, settings));
  }
  writeLora(draft, layers, { ...given[0].config, ...targetsOf(given) });
  return [...layers.values()].map(({ a }) => a.shape[0]);
}

function pathsOf(given: readonly LoraFolder[]): string[] {
  return [...new Set(given.flatMap(({ paths }) => paths))];
}

/** The first adapter's target names if all adapters share them, otherwise exact paths. */
function targetsOf(given: readonly LoraFolder[]): Record<string, unknown> {
  const keys = ['target_modules', 'exclude_modules', 'layers_to_transform', 'layers_pattern'];
  const named = new Set(given.map(({ config }) => JSON.stringify(keys.map((key) => config[key] ?? null))));
  if (named.size === 1) return {};
  return {
    target_modules: pathsOf(given).toSorted(),
    exclude_modules: null,
    layers_to_transform: null,
    layers_pattern: null,
  };
}

/** Reports every reason why the adapters cannot be merged. @throws E_ADAPTERS_DIFFER */
function refuseDifferent(
  given: readonly LoraFolder[],
  notes: readonly (ResultNotesFile | undefined)[],
  { method, adapters }: MergeAdaptersInput,
): void {
  const problems = [...differentSettings(given, notes, adapters), ...scope(() => differentShapes(given, method))];
  if (problems.length === 0) return;
  throw new AttuneError('E_ADAPTERS_DIFFER', { what: 'These adapters cannot be merged into one', problems });
}

function differentSettings(
  given: readonly LoraFolder[],
  notes: readonly (ResultNotesFile | undefined)[],
  adapters: readonly string[],
): Problem[] {
  const [first] = given;
  const about = (one: LoraFolder, note: ResultNotesFile | undefined) => ({
    'base model': note?.base_folder ?? one.config.base_model_name_or_path,
    'chat template': note?.has_template === true ? note.template_hash : undefined,
    tokenizer: note?.tokenizer_hash,
    task: note?.task ?? one.config.task_type,
    labels: note === undefined ? undefined : note.labels.join(),
  });
  const expected = about(first, notes[0]);
  return given.slice(1).flatMap((one, i) =>
    Object.entries(about(one, notes[i + 1])).flatMap(([field, value]) => {
      const wanted = expected[field as keyof typeof expected];
      if (value === undefined || wanted === undefined || value === wanted) return [];
      return [{ file: one.folder, field, message: `is ${String(value)}; in ${adapters[0]} it is ${String(wanted)}` }];
    }),
  );
}

function differentShapes(given: readonly LoraFolder[], method: MergeMethodName): Problem[] {
  const wantsSameRank = mergeMethods[method].on === 'factors';
  return pathsOf(given).flatMap((path) => {
    const shapes = given
      .filter(({ paths }) => paths.includes(path))
      .map((one) => ({ one, ...one.factors(path) }))
      .map(({ one, a, b }) => ({ one, rank: a.shape[0], layer: `${b.shape[0]} × ${a.shape.slice(1).join(' × ')}`, a }));
    const [first, ...others] = shapes;
    return others.concat(first).flatMap(({ one, rank, layer, a }) => {
      const problem = (message: string, fix?: string) => [{ file: one.folder, field: path, message, fix }];
      if (a.shape.length > 2) return problem('is a convolution, whose factors are not matrices');
      if (layer !== first.layer) return problem(`is ${layer}; in ${first.one.folder} it is ${first.layer}`);
      if (!wantsSameRank || rank === first.rank) return [];
      return problem(`has rank ${rank}; in ${first.one.folder} it has rank ${first.rank}`, 'use --method cat or svd');
    });
  });
}

interface Merging {
  method: MergeMethodName;
  merged: readonly { adapter: string; weight: number }[];
}

function cardLines({ method, merged }: Merging): string[] {
  return [
    `A LoRA merged from ${merged.length} others with \`attune adapters merge --method ${method}\`. It has not been evaluated.`,
    '',
    '| adapter | weight |',
    '|---|---|',
    ...merged.map(({ adapter, weight }) => `| ${adapter.replaceAll('|', '\\|')} | ${weight} |`),
  ];
}
