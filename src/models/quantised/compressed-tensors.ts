// O out-features, I in-features, G groups
import { z } from 'zod';
import { unsupported } from './unsupported.ts';
import type { Tensor } from '../../engine/tensor/index.ts';
import type { CheckpointFiles } from '../checkpoint-files.ts';
import { parseConfig } from '../raw-config.ts';
import { bits, present, stemsOf, type PackedWeight, type Quantisation } from './packed-weight.ts';
import { spread, unpackColumns, unpackRows, type Block } from './unpack.ts';

const groupSchema = z.looseObject({
  weights: z
    .looseObject({
      num_bits: z.int(),
      group_size: z.int().positive().nullish(),
      block_structure: z.tuple([z.int().positive(), z.int().positive()]).nullish(),
    })
    .nullish(),
});
const schema = z.looseObject({
  format: z.string().default('dense'),
  config_groups: z.record(z.string(), groupSchema).default({}),
  sparsity_config: z.looseObject({ format: z.string().default('dense') }).nullish(),
});

/** Unpacked formats, whose dtype tells how to read each number. */
const PLAIN: readonly string[] = ['int-quantized', 'float-quantized', 'naive-quantized', 'dense'];
const PACKED = 'pack-quantized';

/** Suffixes of scales for inputs, outputs and caches, which do not affect weights. */
const BESIDE = [
  'input_scale',
  'input_zero_point',
  'output_scale',
  'output_zero_point',
  'k_scale',
  'v_scale',
  'q_scale',
];

/** Checkpoints of llm-compressor: 8-bit integers or floats, or 4 or 8 bits packed in words. */
export const quantisation: Quantisation = {
  find(files, raw) {
    const {
      format,
      config_groups: groups,
      sparsity_config: sparsity,
    } = parseConfig(schema, raw as Record<string, unknown>);
    const isSparse = sparsity !== undefined && sparsity !== null && sparsity.format !== 'dense';
    if (isSparse) throw unsupported(files.folder, `compressed-tensors with ${sparsity.format} sparsity`);
    if (![...PLAIN, PACKED].includes(format)) throw unsupported(files.folder, `compressed-tensors in format ${format}`);
    const weights = Object.values(groups).flatMap((group) => group.weights ?? []);
    const kinds = new Set(weights.map((one) => JSON.stringify([one.num_bits, one.group_size, one.block_structure])));
    if (kinds.size > 1) throw unsupported(files.folder, 'compressed-tensors with several quantisation schemes');
    const [kind] = weights;
    const block = blockOf(kind);
    if (format !== PACKED) return stemsOf(files, '.weight_scale').map((stem) => plainWeight(files, stem, block));
    const width = parseConfig(z.object({ num_bits: bits(4, 8) }), { num_bits: kind?.num_bits }).num_bits;
    return stemsOf(files, '.weight_packed').map((stem) => packedWeight(files, stem, { width, block }));
  },
};

type GroupWeights = NonNullable<z.output<typeof groupSchema>['weights']>;

function blockOf(weights: GroupWeights | undefined): Block {
  const { block_structure: structure, group_size: size } = weights ?? {};
  if (structure) return { rows: structure[0], columns: structure[1] };
  return size ? { columns: size } : {};
}

function partsOf(files: CheckpointFiles, stem: string, names: readonly string[]): string[] {
  return present(
    files,
    [...names, ...BESIDE].map((part) => `${stem}.${part}`),
  );
}

function plainWeight(files: CheckpointFiles, stem: string, block: Block): PackedWeight {
  const name = `${stem}.weight`;
  return {
    name,
    parts: partsOf(files, stem, ['weight', 'weight_scale', 'weight_zero_point']),
    dense() {
      const points = files.has(`${stem}.weight_zero_point`) ? files.get(`${stem}.weight_zero_point`) : undefined;
      return scaled(files, stem, { codes: files.get(name).to('f32'), points, block });
    },
  };
}

function packedWeight(
  files: CheckpointFiles,
  stem: string,
  { width, block }: { width: number; block: Block },
): PackedWeight {
  const part = (name: string) => `${stem}.${name}`;
  const offset = 2 ** (width - 1);
  return {
    name: part('weight'),
    parts: partsOf(files, stem, ['weight_packed', 'weight_scale', 'weight_shape', 'weight_zero_point', 'weight_g_idx']),
    dense() {
      const [rows, columns] = files.get(part('weight_shape')).toNumbers();
      const codes = unpackColumns(files.get(part('weight_packed')), width).narrow(1, 0, columns); // [O, I]
      const zeros = files.has(part('weight_zero_point')) ? files.get(part('weight_zero_point')) : undefined;
      const points = zeros === undefined ? undefined : unpackRows(zeros, width).narrow(0, 0, rows); // [O, G]
      const order = files.has(part('weight_g_idx')) ? files.get(part('weight_g_idx')) : undefined;
      return scaled(files, stem, { codes: codes.sub(offset).to('f32'), points: points?.sub(offset), order, block });
    },
  };
}

interface Codes {
  /** f32 [O, I] */
  codes: Tensor;
  /** Zero points: [O, G], or the shape of the scales. */
  points?: Tensor;
  /** Group of each input feature: i32 [I] */
  order?: Tensor;
  block: Block;
}

function scaled(files: CheckpointFiles, stem: string, { codes, points, order, block }: Codes): Tensor {
  const ofElement = (table: Tensor) =>
    order === undefined ? spread(table, codes.shape, block) : table.indexSelect(1, order);
  const scales = ofElement(files.get(`${stem}.weight_scale`).to('f32'));
  return (points === undefined ? codes : codes.sub(ofElement(points.to('f32')))).mul(scales);
}
