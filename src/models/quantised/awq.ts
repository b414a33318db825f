// O out-features, I in-features, G groups
import { z } from 'zod';
import type { CheckpointFiles } from '../checkpoint-files.ts';
import { parseConfig } from '../raw-config.ts';
import { bits, groupSize, present, stemsOf, type PackedWeight, type Quantisation } from './packed-weight.ts';
import { spread, unpackColumns, type Block } from './unpack.ts';

const schema = z.looseObject({
  bits: bits(4),
  group_size: groupSize,
  version: z.literal('gemm', { error: 'expected gemm, the only supported AWQ layout' }).default('gemm'),
});

/** Output column of each of a word's eight numbers, from the lowest bits on. */
const ORDER = [0, 2, 4, 6, 1, 3, 5, 7];

/** 4 bits in groups of input features, eight output features per word (Lin et al., "AWQ", 2024). */
export const quantisation: Quantisation = {
  find(files, config) {
    const { group_size: size } = parseConfig(schema, config as Record<string, unknown>);
    return stemsOf(files, '.qweight').map((stem) => packedWeight(files, stem, { rows: size }));
  },
};

function packedWeight(files: CheckpointFiles, stem: string, block: Block): PackedWeight {
  const part = (name: string) => `${stem}.${name}`;
  return {
    name: part('weight'),
    parts: present(files, ['qweight', 'qzeros', 'scales'].map(part)),
    dense() {
      const codes = unpackColumns(files.get(part('qweight')), 4, ORDER); // [I, O]
      const zeros = unpackColumns(files.get(part('qzeros')), 4, ORDER); // [G, O]
      const scales = spread(files.get(part('scales')).to('f32'), codes.shape, block); // [I, O]
      return codes
        .sub(spread(zeros, codes.shape, block))
        .to('f32')
        .mul(scales)
        .transpose(0, 1)
        .contiguous(); // [O, I]
    },
  };
}
