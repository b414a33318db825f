// B rows, T columns of the reference's padded tensors, N tokens without padding
import type { Model, ModelInput } from '../../src/models/model.ts';
import type { Stack, StackInput } from '../../src/models/stack.ts';
import type { Layout } from '../../src/engine/nn/index.ts';
import { cat, fromArray, type Tensor } from '../../src/engine/tensor/index.ts';
import { imageInputNames, placedImages, shapedPatches } from './images.ts';

export type Tensors = ReadonlyMap<string, Tensor>;

/** Positions of unpadded tokens in a padded tensor [B, T, …]. */
export interface Grid {
  rows: number;
  width: number;
  /** Index of each token in [B · T]: [N]. */
  places: readonly number[];
  layout: Layout;
}

/** A batch of the reference's as input of the model. */
export interface ParityInput {
  input: ModelInput;
  /** Tokens that the head reads. */
  tokens: Grid;
  /** Encoder-decoders: input of the encoder. */
  source?: Grid;
  /** Input of the image tower, where the model has one in addition to that for texts. */
  images?: ModelInput;
}

/** The label that is excluded from the loss. */
const IGNORED = -100n;

const FEATURES = ['input_features', 'pixel_values', 'input_values'];

/** Names of all inputs; every other tensor is an output. */
export const inputNames: ReadonlySet<string> = new Set([
  ...FEATURES,
  ...imageInputNames,
  'input_ids',
  'attention_mask',
  'token_type_ids',
  'decoder_input_ids',
  'decoder_attention_mask',
  'labels',
  // Valid frames; lengths of recordings carry the same information.
  'logits_mask',
  'start_positions',
  'end_positions',
  // Weights for an embedding's components in the loss of a model without a head.
  'probe',
]);

/** Models that also read a text's padding, and use its last token for the text. */
const readPadding: ReadonlySet<string> = new Set(['siglip', 'siglip2']);

export function inputOf(model: Model, batch: Tensors): ParityInput {
  const encoder = model.trunk.encoderStack;
  const padded = readPadding.has(model.architecture.modelType);
  const framesFirst = model.architecture.modelType === 'parakeet_ctc';
  const main = readStack(batch, {
    ids: 'input_ids',
    mask: 'attention_mask',
    types: 'token_type_ids',
    padded,
    framesFirst,
  });
  if (encoder === undefined) {
    const tokens = gridOf(main, model.trunk.stack);
    const input = { ...main.input, layout: tokens.layout, images: placedImages(model, batch, main.input.ids) };
    return { input, tokens, images: imagesOf(model, batch) };
  }
  const decoder = readStack(batch.has('decoder_input_ids') ? batch : withShiftedLabels(batch, model), {
    ids: 'decoder_input_ids',
    mask: 'decoder_attention_mask',
  });
  const tokens = gridOf(decoder, model.trunk.stack);
  const source = gridOf(main, encoder);
  return { input: { ...decoder.input, layout: tokens.layout, source: main.input }, tokens, source };
}

function imagesOf({ trunk }: Model, batch: Tensors): ModelInput | undefined {
  const features = batch.get('pixel_values');
  if (trunk.towers === undefined || features === undefined) return undefined;
  const input = shapedPatches(features, batch) ?? { features };
  return { ...input, layout: trunk.towers.image.stack.layoutOf(input) };
}

/** A batch with virtual tokens before each row, as in PEFT: they have no labels. */
export function withPrefix(batch: Tensors, prefix: readonly number[]): Tensors {
  const rows = batch.get('input_ids')?.shape[0];
  if (prefix.length === 0 || rows === undefined) return batch;
  const width = batch.get('input_ids')!.shape[1];
  const inFront = { input_ids: prefix, attention_mask: prefix.map(() => 1), token_type_ids: prefix.map(() => 0) };
  const labels = { labels: prefix.map(() => Number(IGNORED)) };
  const added = new Map(Object.entries({ ...inFront, ...labels }));
  return new Map(
    [...batch].map(([name, values]) => {
      const column = added.get(name);
      if (column === undefined || values.shape.length !== 2 || values.shape[1] !== width) return [name, values];
      const front = fromArray(BigInt64Array.from(column, BigInt), [1, column.length]).expand(rows, column.length);
      return [name, cat([front, values], 1)];
    }),
  );
}

interface Read {
  input: StackInput;
  /** Undefined for features: only the model knows their layout. */
  grid?: Grid;
}

function gridOf({ input, grid }: Read, stack: Stack): Grid {
  if (grid !== undefined) return grid;
  const layout = stack.layoutOf(input);
  // The reference has padding tokens as well.
  const width = stack.layoutOf({ features: input.features }).offsets[1];
  const places = layout.rowOf.flatMap((row) =>
    Array.from({ length: layout.offsets[row + 1] - layout.offsets[row] }, (_, token) => row * width + token),
  );
  return { rows: layout.rowOf.length, width, places, layout };
}

interface Names {
  ids: string;
  mask: string;
  types?: string;
  padded?: boolean;
  /** Frames of mel bins have the shape [B, frames, bins]. */
  framesFirst?: boolean;
}

function readStack(batch: Tensors, names: Names): Read {
  const ids = batch.get(names.ids);
  if (ids === undefined) {
    const features = FEATURES.map((name) => batch.get(name)).find((tensor) => tensor !== undefined);
    if (features === undefined) throw new Error(`the batch has neither ${names.ids} nor any of ${FEATURES.join(', ')}`);
    const mask = batch.get(names.mask);
    // In Whisper every position is attended to, whatever the mask.
    const hasLengths = mask !== undefined && mask.shape[1] === features.shape[1] && features.shape.length < 4;
    const featureLengths = hasLengths ? mask.sum(1).toNumbers() : undefined;
    return { input: { features: names.framesFirst === true ? features.transpose(1, 2) : features, featureLengths } };
  }
  const mask = batch.get(names.mask);
  const shape = ids.shape as [number, number];
  const grid = names.padded === true ? paddedGrid(shape, mask) : gridOfMask(shape, mask);
  const types = names.types === undefined ? undefined : batch.get(names.types);
  return {
    grid,
    input: {
      layout: grid.layout,
      ids: pick(ids, grid),
      tokenTypes: types === undefined ? undefined : pick(types, grid),
    },
  };
}

/** All tokens; tokens with a 0 in the mask are not attended to. */
function paddedGrid(shape: [number, number], mask: Tensor | undefined): Grid {
  const grid = gridOfMask(shape, undefined);
  if (mask === undefined) return grid;
  return { ...grid, layout: { ...grid.layout, unseen: Uint8Array.from(mask.toNumbers(), (value) => 1 - value) } };
}

/** Only tokens with a 1 in the mask; their positions are their columns, as in the reference. */
export function gridOfMask([rows, width]: [number, number], mask: Tensor | undefined): Grid {
  const isThere = mask?.toNumbers() ?? Array<number>(rows * width).fill(1);
  const places = isThere.flatMap((value, place) => (value === 0 ? [] : [place]));
  const offsets = Array.from({ length: rows + 1 }, (_, row) => places.filter((place) => place < row * width).length);
  const positions = BigInt64Array.from(places, (place) => BigInt(place % width));
  const rowOf = Array.from({ length: rows }, (_, row) => row);
  // Positions that depend on a row's length use the padded length in the reference.
  const layout = { offsets, positions, rowOf, causal: true, rowLengths: rowOf.map(() => width) };
  return { rows, width, places, layout };
}

/** Tokens of a padded int64 tensor [B, T]. */
export function pick(padded: Tensor, grid: Grid): BigInt64Array {
  const values = padded.data() as BigInt64Array;
  return BigInt64Array.from(grid.places, (place) => values[place]);
}

/** Decoder inputs for the labels: the labels shifted by one, after the start token. */
function withShiftedLabels(batch: Tensors, { architecture, config }: Model): Tensors {
  const labels = batch.get('labels');
  if (labels === undefined) throw new Error('the batch has neither decoder_input_ids nor labels');
  const [start, padding] = [config.decoder_start_token_id, config.pad_token_id].map((id) => BigInt(id as number));
  const shifted = (labels.clone().data() as BigInt64Array).slice();
  const [, width] = labels.shape;
  const starts = Array.from({ length: labels.shape[0] }, (_, row) => {
    const last = shifted.subarray(row * width, (row + 1) * width).findLast((id) => id >= 0n);
    return architecture.startsWithLast === true ? last! : start;
  });
  for (let place = shifted.length - 1; place >= 0; place--) {
    const before = place % width === 0 ? starts[place / width] : shifted[place - 1];
    shifted[place] = before < 0n ? padding : before;
  }
  return new Map([...batch, ['decoder_input_ids', fromArray(shifted, labels.shape)]]);
}
