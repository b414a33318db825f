import { join } from 'node:path';
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { formatNumber, plural } from '../../base/format.ts';
import { greatest } from '../../base/many.ts';
import { writeJson } from '../../files/json.ts';
import { writeWholeFolder } from '../../files/whole-folder.ts';
import { LoraFolder } from '../../methods/tunings/lora-folder.ts';
import { projectOntoAlignment, type Projection } from '../../methods/tunings/safe-lora.ts';
import { noGrad, scope, writeSafetensors, type Tensor } from '../../engine/tensor/index.ts';
import type { JobContext } from '../../base/job.ts';
import { baseFolderOf } from '../../answering/model/base-folder.ts';
import { readNotes } from '../../answering/model/result-notes.ts';
import { adapterFolder, copyBeside, writeMadeCard, writeMadeNotes } from './made-adapter.ts';
import { layerWeights, type LayerWeights } from './layer-weights.ts';
import { refuseExisting } from './new-folder.ts';

export interface ProjectAdapterInput {
  /** Folder of a run or an adapter: a LoRA on the aligned model. */
  adapter: string;
  /** The model before alignment. */
  unaligned: string;
  /** The model that the adapter was trained on; by default the one that the adapter names. */
  aligned?: string;
  /** Projects layers whose cosine is at most this, … */
  threshold?: number;
  /** … or this many layers with the lowest cosines. */
  count?: number;
  /** Folder to write; it must not exist. */
  folder: string;
}

export interface ProjectedLayer {
  path: string;
  /** Cosine between the layer's change before and after projection. */
  cosine: number;
  /** Norm of the projected change divided by the original norm. */
  ratio: number;
  isProjected: boolean;
}

export interface ProjectedAdapter {
  folder: string;
  aligned: string;
  unaligned: string;
  layers: ProjectedLayer[];
  /** Layers that are equal in the aligned and the unaligned model; they are left unchanged. */
  untouched: string[];
}

/** Safe LoRA: projects those layers of a LoRA whose changes point away from a model's alignment onto it. */
export async function run(input: ProjectAdapterInput, context: JobContext): Promise<ProjectedAdapter> {
  const { folder, adapter, unaligned } = input;
  refuseExisting(folder);
  const from = adapterFolder(adapter);
  using lora = await LoraFolder.open(from);
  const notes = readNotes(from);
  const aligned = input.aligned ?? baseFolderOf(notes, lora.config.base_model_name_or_path as string | undefined, from);
  context.emit({ type: 'phase-started', phase: 'engine', message: `reading ${aligned} and ${unaligned}` });
  const models = { aligned: await layerWeights(aligned), unaligned: await layerWeights(unaligned) };
  refuseDifferent(lora, models, { aligned, unaligned });
  const projections = noGrad(() => project(lora, models, context.emit));
  if (projections.size === 0) throw nothingAligned(aligned, unaligned);
  const chosen = choose(projections, input);
  const layers = [...projections].map(([path, { cosine, ratio }]) => {
    return { path, cosine, ratio, isProjected: chosen.has(path) };
  });
  warnOfLonger(layers, context.emit);
  const result = { aligned, unaligned, layers, untouched: lora.paths.filter((path) => !projections.has(path)) };
  await writeWholeFolder(folder, (draft) => {
    writeProjected(draft, lora, (path) => (chosen.has(path) ? projections.get(path)!.b : undefined));
    copyBeside(from, draft);
    if (notes !== undefined) writeMadeNotes(draft, notes, { folder, projected_from: adapter, unaligned });
    writeMadeCard(draft, lora.config, { tag: 'safe-lora', lines: cardLines(result, adapter) });
  });
  return { folder, ...result };
}

function nothingAligned(aligned: string, unaligned: string): AttuneError {
  return new AttuneError('E_NOTHING_CHANGED', {
    what: `None of the adapter's layers differs between ${aligned} and ${unaligned}`,
    fix: 'check that --unaligned is the model before alignment',
  });
}

/** Writes the same file with new B factors; other tensors stay byte-identical. */
function writeProjected(draft: string, lora: LoraFolder, other: (path: string) => Tensor | undefined): void {
  scope(() => {
    const tensors = lora.paths.flatMap((path) => {
      const { a, b } = lora.stored(path);
      return [a, [b[0], other(path) ?? b[1]] as const];
    });
    writeSafetensors(join(draft, 'adapter_model.safetensors'), new Map(tensors));
  });
  writeJson(join(draft, 'adapter_config.json'), lora.config);
}

interface Models {
  aligned: LayerWeights;
  unaligned: LayerWeights;
}

/** @throws E_MODELS_DIFFER listing every layer that does not match */
function refuseDifferent(lora: LoraFolder, models: Models, names: Record<keyof Models, string>): void {
  const problems: Problem[] = lora.paths.flatMap((path) =>
    scope(() => {
      const { a, b } = lora.stored(path);
      const wanted = `${b[1].shape[0]} × ${a[1].flatten(1).shape[1]}`;
      return (['aligned', 'unaligned'] as const).flatMap((key) => {
        const found = models[key].get(path)?.().shape.join(' × ');
        if (found === wanted) return [];
        const message = found === undefined ? 'is missing' : `is ${found}, but ${wanted} in the adapter`;
        return [{ file: names[key], field: path, message }];
      });
    }),
  );
  if (problems.length === 0) return;
  throw new AttuneError('E_MODELS_DIFFER', {
    what: 'Adapter, aligned and unaligned model do not match',
    problems,
    expected: 'the same architecture and sizes; the aligned model is the one the adapter was trained on',
  });
}

type Projections = ReadonlyMap<string, Projection>;

function project(lora: LoraFolder, { aligned, unaligned }: Models, emit: EventSink): Projections {
  const projections = new Map<string, Projection>();
  for (const [done, path] of lora.paths.entries()) {
    emit({ type: 'work-advanced', phase: 'export', done, total: lora.paths.length, unit: 'layers' });
    const kept = scope(() => {
      const { b } = lora.stored(path);
      const factors = lora.factors(path);
      const flat = { a: factors.a.flatten(1), b: factors.b.flatten(1) };
      const projection = projectOntoAlignment(flat, aligned.get(path)!().sub(unaligned.get(path)!()));
      return projection && { ...projection, b: projection.b.reshape(...b[1].shape).to(b[1].dtype) };
    });
    if (kept !== undefined) projections.set(path, kept);
  }
  return projections;
}

/** Paths of the layers to project. */
function choose(projections: Projections, { threshold, count }: ProjectAdapterInput): ReadonlySet<string> {
  const rising = [...projections].toSorted(([, one], [, other]) => one.cosine - other.cosine);
  const chosen = count === undefined ? rising.filter(([, { cosine }]) => cosine <= threshold!) : rising.slice(0, count);
  return new Set(chosen.map(([path]) => path));
}

function warnOfLonger(layers: readonly ProjectedLayer[], emit: EventSink): void {
  const longer = layers.filter(({ isProjected, ratio }) => isProjected && ratio > 1);
  if (longer.length === 0) return;
  const most = greatest(longer.map(({ ratio }) => ratio));
  emit({
    type: 'warning-raised',
    code: 'W_CHANGE_LONGER',
    message:
      `the projected change of ${plural(longer.length, 'projected layers')} is larger than the original, ` +
      `up to ${formatNumber(most, 3)} times: aligned and unaligned model are far apart`,
  });
}

function cardLines({ aligned, unaligned, layers }: Omit<ProjectedAdapter, 'folder'>, adapter: string): string[] {
  const cell = (value: number) => formatNumber(value, 3);
  return [
    `${adapter}, of which ${layers.filter(({ isProjected }) => isProjected).length} of ${layers.length} layers are projected onto what`,
    `alignment changed (Safe LoRA) between ${unaligned} and ${aligned}. It has not been evaluated.`,
    '',
    '| layer | cosine | projected | length of its change |',
    '|---|---|---|---|',
    ...layers.map(
      (one) =>
        `| ${one.path} | ${cell(one.cosine)} | ${one.isProjected ? 'yes' : 'no'} | ${cell(one.isProjected ? one.ratio : 1)} |`,
    ),
  ];
}
