// n values of a weight
import { z } from 'zod';
import { withArticle } from '../../base/articles.ts';
import { plural } from '../../base/format.ts';
import { AttuneError } from '../../base/errors.ts';
import type { KeepWeight } from '../../models/skeleton.ts';
import type { Model } from '../../models/model.ts';
import {
  byBlocks,
  dynamicMap,
  FourBitWeight,
  Int8Table,
  isLinear,
  nearestOf,
  roundRows,
  type Parameter,
} from '../../engine/nn/index.ts';
import { cat, empty, fromArray, scope, type DType, type Tensor } from '../../engine/tensor/index.ts';
import type { Storage } from '../interfaces.ts';
import { codes } from './four-bit-codes.ts';

/** Options of 4-bit storage. */
export const options = z.strictObject({
  double_quantization: z.boolean().default(true).describe('quantise the scales too, to 8 bits'),
  block_size: z
    .literal([32, 64, 128, 256, 512], { error: 'expected 32, 64, 128, 256 or 512' })
    .default(64)
    .describe('values that share a scale'),
  int8_embeddings: z
    .boolean()
    .default(false)
    .describe('keep token embedding and output head in int8, a scale per row: for large vocabularies'),
});

export type FourBitOptions = z.output<typeof options>;
type Blocks = Pick<FourBitOptions, 'block_size' | 'double_quantization'>;

/** Values to quantise at a time: intermediate results take several times their memory. */
const PIECE = 1 << 22;
/** Number of scales that share a scale. */
const NESTED_BLOCK = 256;

/**
 * Frozen linear layers in 4 bits, with a scale per block of the flattened weight that is quantised in turn by default
 * (Dettmers et al., "QLoRA", 2023); codes and scales are those of bitsandbytes. A weight is dequantised for each
 * product, forward and backward, and freed again.
 */
export function fourBitStorage(kind: keyof typeof codes) {
  return {
    options,
    wantsKeptWeights: true,
    // With weights this small, activations dominate memory, and quantisation suggests that memory is scarce.
    recipeDefaults: { training: { gradient_checkpointing: true } },
    keep: (options: FourBitOptions): KeepWeight => ({
      kind,
      quantise: (stored) => quantise(stored, codes[kind], options),
      ...(options.int8_embeddings && { quantiseTable: roundRows }),
    }),
    create: (model: Model): Storage => describe(model, kind),
  };
}

/** Quantises a checkpoint's weight to 4 bits. */
export function quantise(stored: Tensor, values: readonly number[], options: Blocks): FourBitWeight {
  if (stored.device === 'meta') return quantisedShape(stored, options);
  const { block_size: block, double_quantization: isNested } = options;
  const { shape, dtype, size } = stored;
  const flat = stored.flatten();
  const order = [...values.keys()].toSorted((a, b) => values[a] - values[b]);
  const [numbers, byPlace] = [order.map((code) => values[code]), fromArray(Uint8Array.from(order))];
  const steps = Math.floor(PIECE / block) * block;
  const [packed, scales]: [Tensor[], Tensor[]] = [[], []];
  for (let from = 0; from < size; from += steps) {
    const piece = scope(() => {
      const own = flat.narrow(0, from, Math.min(steps, size - from)).to('f32');
      const { fractions, sizes } = byBlocks(own, block);
      return { bytes: packPairs(byPlace.indexSelect(0, nearestOf(fractions, numbers)), own.size), sizes };
    });
    packed.push(piece.bytes);
    scales.push(piece.sizes);
  }
  const [bytes, all] = [cat(packed), cat(scales)];
  const table = fromArray(Float32Array.from(values));
  const parts = isNested ? { codes: bytes, table, ...nest(all) } : { codes: bytes, table, scales: all };
  return new FourBitWeight(parts, { shape, block, dtype });
}

/** Sizes of a quantised weight on the meta device. */
function quantisedShape({ shape, dtype, size }: Tensor, options: Blocks): FourBitWeight {
  const { block_size: block, double_quantization: isNested } = options;
  const of = (count: number, type: DType) => empty([count], { dtype: type, device: 'meta' });
  const blocks = Math.ceil(size / block);
  const nested = { scales: of(Math.ceil(blocks / NESTED_BLOCK), 'f32'), map: of(256, 'f32'), offset: of(1, 'f32') };
  const parts = {
    codes: of(Math.ceil(size / 2), 'u8'),
    table: of(16, 'f32'),
    scales: of(blocks, isNested ? 'u8' : 'f32'),
    ...(isNested && { nested }),
  };
  return new FourBitWeight(parts, { shape, block, dtype });
}

/** Packs two codes per byte, the first in the high nibble: u8 [n] → u8 [⌈n / 2⌉] */
function packPairs(all: Tensor, count: number): Tensor {
  const pairs = all.narrow(0, 0, count + (count % 2)).reshape(-1, 2);
  return pairs.select(1, 0).mul(16).add(pairs.select(1, 1));
}

/** Quantises scales: codes of their difference from the mean, in blocks of 256. */
function nest(scales: Tensor) {
  const map = dynamicMap();
  const offset = scales.mean();
  const { fractions, sizes } = byBlocks(scales.sub(offset), NESTED_BLOCK);
  const places = nearestOf(fractions, [...map]).narrow(0, 0, scales.size);
  return { scales: places.to('u8'), nested: { scales: sizes, map: fromArray(map), offset } };
}

function describe(model: Model, kind: string): Storage {
  const weights = [...model.modules()].flatMap(([, module]) => (isLinear(module) ? [module.weight] : []));
  const packed = weights.filter(({ form }) => form instanceof FourBitWeight);
  if (packed.length === 0) throw nothingToStore(kind, model);
  const bytes = (some: readonly Parameter[], of: (one: Parameter) => number) =>
    `${(some.reduce((sum, one) => sum + of(one), 0) / 1e6).toFixed(1)} MB`;
  const tables = [...model.parameters()].flatMap(([, one]) => (one.form instanceof Int8Table ? [one] : []));
  const saved = (some: readonly Parameter[]) =>
    `${bytes(some, (one) => one.bytes)} (${bytes(some, (one) => 2 * one.size)} in bf16)`;
  const ofTables = tables.length === 0 ? '' : `, ${plural(tables.length, 'token tables')} in int8: ${saved(tables)}`;
  return {
    note: `${packed.length} layers in ${kind}: ${saved(packed)}${ofTables}`,
    dispose: () => undefined,
  };
}

function nothingToStore(kind: string, { config }: Model): AttuneError {
  return new AttuneError('E_STORAGE_UNSUPPORTED', {
    what: `storage ${kind} finds nothing to quantise in this model`,
    got: `${withArticle(String(config.model_type))} model without frozen linear layers`,
    fix: 'choose storage: dense',
  });
}
