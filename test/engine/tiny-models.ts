// Tiny models and inputs for the tests that run on every architecture.
import { architectures } from '../../src/models/index.ts';
import { tokenTableOf, type Task } from '../../src/models/architecture.ts';
import type { RawConfig } from '../../src/models/raw-config.ts';
import { keyedNormal } from '../../src/models/initialise.ts';
import { createModel } from '../../src/models/load-model.ts';
import type { Model, ModelInput } from '../../src/models/model.ts';
import type { PatchGrid, StackInput, StageRunner } from '../../src/models/stack.ts';
import { layoutOfRows, type Layout } from '../../src/engine/nn/index.ts';
import { randomUint32 } from '../../src/base/random.ts';
import { cat, fromArray, isFloating, noGrad, scope, type DType, type Tensor } from '../../src/engine/tensor/index.ts';
import { ContrastiveHead } from '../../src/models/heads/contrastive.ts';
import { CtcHead } from '../../src/models/heads/ctc.ts';
import { EmbeddingHead } from '../../src/models/heads/embedding.ts';
import { SequenceHead } from '../../src/models/heads/sequence.ts';
import { TokenClassHead } from '../../src/models/heads/token.ts';
import { TokenHead } from '../../src/models/heads/token-head.ts';
import { sampled } from '../sample.ts';
import { tinyConfigs } from './tiny-configs.ts';

export { tinyConfigs };

export interface TinyCase {
  raw: RawConfig;
  task: Task;
  /**
   * Whether it is the first task of a configuration, or the first head with its kind and options: trunk and head are
   * tested on these.
   */
  isFirst?: boolean;
}

/**
 * Every head with the first configuration of each model type, and the first head with the others, with titles for
 * tests.
 */
export async function tinyCases(): Promise<[string, TinyCase][]> {
  const cases: [string, TinyCase][] = [];
  const known = new Set<string>();
  for (const name of architectures.names) {
    const architecture = await architectures.load(name);
    for (const [i, raw] of tinyConfigs[name].entries()) {
      const plans = architecture.heads(raw);
      const tasks = Object.keys(plans) as Task[];
      for (const task of i === 0 ? tasks : tasks.slice(0, 1)) {
        const { className: _, ...plan } = plans[task]!;
        // Other tasks use only one of the two parts, which is a different trunk.
        const hasParts = tasks[0] === 'seq2seq' || tasks[0] === 'contrastive';
        const head = JSON.stringify({ ...plan, ...(hasParts && { name }) });
        const isFirst = task === tasks[0] || !known.has(head);
        known.add(head);
        cases.push([`${name}${tinyConfigs[name].length > 1 ? ` ${i + 1}` : ''}, ${task}`, { raw, task, isFirst }]);
      }
    }
  }
  return cases;
}

/** Cases of every trunk and every kind of head, and a sample of the heads that other trunks have too. */
export async function contractCases(): Promise<[string, TinyCase][]> {
  const cases = await tinyCases();
  const repeated = cases.filter(([, { isFirst }]) => isFirst !== true);
  const kept = new Set(sampled(repeated, [([, { task }]) => task], 4));
  return cases.filter((one) => one[1].isFirst === true || kept.has(one));
}

/** A model in which all weights are random, including norms and biases. */
export async function tinyModel({ raw, task }: TinyCase, dtype: DType = 'f64'): Promise<Model> {
  const model = await createModel(raw, { task, dtype, seed: 3 });
  noGrad(() => {
    for (const [path, parameter] of model.parameters()) {
      // Members of items' bags; their counts remain.
      if (parameter.tensor.dtype === 'i32') scope(() => parameter.assign(tinyMembers(parameter.shape)));
      if (!isFloating(parameter.tensor.dtype)) continue;
      scope(() => {
        const noise = keyedNormal(parameter.shape, { seed: 4, path }, 0.2).toDevice(model.device);
        parameter.assign(parameter.tensor.to('f64').add(noise).to(dtype));
      });
    }
  });
  return model;
}

/** Indices below 5. */
function tinyMembers(shape: readonly number[]): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  const places = Int32Array.from({ length: size }, (_, i) => randomUint32([1, 'members'], i) % 5);
  return fromArray(places, [...shape]);
}

/** Rows of random tokens, with a source per row for encoder-decoders; or random images, one per length. */
export function tinyInput(model: Model, lengths: readonly number[]): ModelInput {
  if (readsImages(model)) {
    const images = imagesFor(model, lengths.length);
    return { ...images, layout: model.trunk.stack.layoutOf(images) };
  }
  if (model.architecture.modalities?.[0] === 'audio' && model.trunk.encoderStack === undefined)
    return waveformsOf(model, lengths);
  const layout = layoutOfRows(lengths, { causal: true });
  const images = placedImages(model, layout);
  return { layout, ...tokensOf(model, layout.positions.length), ...sourceOf(model, lengths.length), ...images };
}

/**
 * Random images of one token at the second and fourth token of rows; if sizes may differ, of one token at the second
 * and two tokens at the third.
 */
function placedImages({ architecture, config, trunk }: Model, { positions }: Layout): Pick<ModelInput, 'images'> {
  if (trunk.imageReader === undefined) return {};
  if (trunk.imageReader.tokensOf === undefined) {
    const places = [...positions.keys()].filter((i) => positions[i] === 1n || positions[i] === 3n).map(BigInt);
    return { images: { pixels: tinyImages(config, places.length), places: BigInt64Array.from(places) } };
  }
  const side = Math.sqrt(architecture.imageTokens!(config).patches);
  const [grids, places]: [PatchGrid[], bigint[]] = [[], []];
  for (const [i, position] of positions.entries()) {
    if (position !== 1n && !(position === 2n && positions[i + 1] === 3n)) continue;
    grids.push([side, Number(position) * side]);
    places.push(...[i, i + 1].slice(0, Number(position)).map(BigInt));
  }
  const patches = grids.reduce((sum, [rows, columns]) => sum + rows * columns, 0);
  const { patch_size, temporal_patch_size = 1 } = config.vision_config as Record<string, number>;
  const shape = [patches, 3 * temporal_patch_size * patch_size ** 2];
  const pixels = scope(() => keyedNormal(shape, { seed: 1, path: 'features' }, 1).to('f64'));
  return { images: { pixels, grids, places: BigInt64Array.from(places) } };
}

function readsImages({ architecture, trunk }: Model): boolean {
  return architecture.modalities?.includes('image') === true && trunk.tokenTable === undefined;
}

/** Random images, or the patches of images of two sizes. */
function imagesFor(model: Model, rows: number): Pick<StackInput, 'features' | 'grids'> {
  const { num_patches: most, patch_size: patch } = (model.config.vision_config ?? {}) as Record<string, number>;
  if (most === undefined) return { features: tinyImages(model.config, rows) };
  const grids = Array.from({ length: rows }, (_, row) => (row % 2 === 0 ? [3, 2] : [1, 2]) as PatchGrid);
  const patches = grids.reduce((sum, [height, width]) => sum + height * width, 0);
  const features = scope(() => keyedNormal([patches, 3 * patch ** 2], { seed: 1, path: 'features' }, 1).to('f64'));
  return { features, grids };
}

/** Random images: [B, C, Y, X]. */
function tinyImages(config: RawConfig, rows: number): Tensor {
  const vision = (config.vision_config ?? config) as Record<string, number | [number, number]>;
  // Some models read images of another size than they were trained on.
  const size = vision.images ?? vision.image_size;
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  return scope(() => keyedNormal([rows, 3, height, width], { seed: 1, path: 'features' }, 1).to('f64'));
}

/** Recordings that give these numbers of frames. */
function waveformsOf(model: Model, frames: readonly number[]): ModelInput {
  const { num_mel_bins: bins } = (model.config.encoder_config ?? {}) as { num_mel_bins?: number };
  if (bins !== undefined) {
    const featureLengths = frames.map((count) => 4 * count - 1);
    const shape = [frames.length, bins, Math.max(...featureLengths)];
    const features = scope(() => keyedNormal(shape, { seed: 1, path: 'frames' }, 1).to('f64'));
    return { layout: model.trunk.stack.layoutOf({ features, featureLengths }), features, featureLengths };
  }
  const featureLengths = frames.map((count) => 4 * (count - 1) + 6);
  const samples = featureLengths.reduce((sum, count) => sum + count, 0);
  const features = scope(() => keyedNormal([samples], { seed: 1, path: 'samples' }, 1).to('f64'));
  return { layout: model.trunk.stack.layoutOf({ features, featureLengths }), features, featureLengths };
}

export function tokensOf(model: Model, count: number): { ids: BigInt64Array; tokenTypes?: BigInt64Array } {
  const draw = (purpose: string, below: number) =>
    BigInt64Array.from({ length: count }, (_, i) => BigInt(randomUint32([1, purpose], i) % below));
  const ids = draw('ids', tokenTableOf(model.trunk).count);
  return model.architecture.modelType === 'bert' ? { ids, tokenTypes: draw('types', 2) } : { ids };
}

/** Input of the encoder: recordings of equal length, or texts of different lengths. */
function sourceOf(model: Model, rows: number): Pick<ModelInput, 'source'> {
  if (model.trunk.encoderStack === undefined) return {};
  if (model.architecture.modalities?.[0] !== 'audio') {
    const layout = layoutOfRows(
      Array.from({ length: rows }, (_, row) => 2 + ((3 * row) % 5)),
      { causal: false },
    );
    return { source: { layout, ...tokensOf(model, layout.positions.length) } };
  }
  const { num_mel_bins: bins } = model.config as { num_mel_bins?: number };
  if (bins === undefined) {
    const features = scope(() => keyedNormal([rows, 1300], { seed: 1, path: 'samples' }, 1).to('f64'));
    return { source: { features } };
  }
  const features = scope(() => keyedNormal([rows, bins, 10], { seed: 1, path: 'features' }, 1).to('f64'));
  return { source: { features } };
}

/** One row of an input as a separate input. */
export function rowOf(input: ModelInput, row: number): ModelInput {
  const { ids, tokenTypes, source } = input;
  const layout = input.layout!;
  const [start, end] = [layout.offsets[row], layout.offsets[row + 1]];
  return {
    ...featuresOf(input, row),
    layout: rowLayout(layout, start, end),
    ids: ids?.subarray(start, end),
    tokenTypes: tokenTypes?.subarray(start, end),
    source: source === undefined ? undefined : sourceOfRow(source, row),
    images: imagesOfRow(input, start, end),
  };
}

/** Images at the tokens `start` to `end`. */
function imagesOfRow({ images }: ModelInput, start: number, end: number): ModelInput['images'] {
  if (images === undefined) return undefined;
  const { pixels, grids } = images;
  const own = [...images.places.keys()].filter((i) => images.places[i] >= start && images.places[i] < end);
  if (own.length === 0) return undefined;
  const places = BigInt64Array.from(own, (i) => images.places[i] - BigInt(start));
  if (grids === undefined) return { pixels: pixels.narrow(0, own[0], own.length), places };
  const patches = pixels.shape[0] / images.places.length;
  const sizes = grids.map(([rows, columns]) => (rows * columns) / patches);
  const before = (image: number) => sizes.slice(0, image).reduce((sum, size) => sum + size, 0);
  const ownGrids = grids.filter((_, image) => before(image) >= own[0] && before(image) <= own.at(-1)!);
  return { pixels: pixels.narrow(0, own[0] * patches, own.length * patches), grids: ownGrids, places };
}

/** Input of the encoder for one row. */
export function sourceOfRow({ features, layout, ids }: StackInput, row: number): StackInput {
  if (features !== undefined) return { features: features.narrow(0, row, 1) };
  const [start, end] = [layout!.offsets[row], layout!.offsets[row + 1]];
  return { layout: rowLayout(layout!, start, end), ids: ids?.subarray(start, end) };
}

function featuresOf(
  { features, featureLengths, grids }: ModelInput,
  row: number,
): Pick<ModelInput, 'features' | 'featureLengths' | 'grids'> {
  if (grids !== undefined) {
    const [before, own] = [grids.slice(0, row), grids.slice(row, row + 1)].map((some) =>
      some.reduce((sum, [rows, columns]) => sum + rows * columns, 0),
    );
    return { features: features?.narrow(0, before, own), grids: [grids[row]] };
  }
  if (featureLengths === undefined) return { features: features?.narrow(0, row, 1) };
  if (features?.shape.length === 3) return { features: features.narrow(0, row, 1).narrow(2, 0, featureLengths[row]) };
  const before = featureLengths.slice(0, row).reduce((sum, samples) => sum + samples, 0);
  return { features: features?.narrow(0, before, featureLengths[row]), featureLengths: [featureLengths[row]] };
}

function rowLayout(layout: Layout, start: number, end: number): Layout {
  return {
    offsets: [0, end - start],
    positions: layout.positions.slice(start, end),
    rowOf: [0],
    causal: layout.causal,
  };
}

/** Output of the head: values per token, or per row. */
export function headOutput(model: Model, hidden: Tensor, input: ModelInput, runner?: StageRunner): Tensor {
  if (model.head instanceof ContrastiveHead) return contrastiveScores(model, hidden, input, runner);
  const layout = model.layoutOf(input);
  if (model.head instanceof CtcHead) return model.head.logits(hidden);
  if (model.head instanceof TokenHead) {
    return model.head.tokenLogProbs(hidden, targetsOf(model, hidden.shape[0])).logProbs;
  }
  if (model.head instanceof SequenceHead) return model.head.scores(hidden, layout);
  if (model.head instanceof TokenClassHead) return model.head.scores(hidden, layout);
  if (model.head instanceof EmbeddingHead) return model.head.embed(hidden, layout);
  const { start, end } = model.questionHead.scores(hidden);
  return cat([start, end]);
}

/** Whether the head gives values per row rather than per token. */
export function isOfRows({ head }: Model): boolean {
  return head instanceof SequenceHead || head instanceof EmbeddingHead;
}

function contrastiveScores(model: Model, hidden: Tensor, input: ModelInput, runner?: StageRunner): Tensor {
  const images = imagesFor(model, model.layoutOf(input).rowOf.length);
  const head = model.contrastiveHead;
  const texts = head.vectors(hidden, input);
  const seen = model.beside(input, images, () => head.vectors(model.hidden(images, { runner }), images));
  return head.scores(texts, seen);
}

function targetsOf(model: Model, count: number): Tensor {
  const values = BigInt64Array.from({ length: count }, (_, i) =>
    BigInt(randomUint32([2, 'targets'], i) % tokenTableOf(model.trunk).count),
  );
  return fromArray(values).toDevice(model.device);
}
