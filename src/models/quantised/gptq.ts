// O out-features, I in-features, G groups
import { z } from 'zod';
import type { Tensor } from '../../engine/tensor/index.ts';
import { parseConfig } from '../raw-config.ts';
import type { CheckpointFiles } from '../checkpoint-files.ts';
import { bits, groupSize, present, stemsOf, type PackedWeight, type Quantisation } from './packed-weight.ts';
import { spread, unpackColumns, unpackRows } from './unpack.ts';

const schema = z.looseObject({
  bits: bits(2, 4, 8),
  group_size: groupSize,
  checkpoint_format: z.enum(['gptq', 'gptq_v2'], { error: 'expected gptq or gptq_v2' }).default('gptq'),
});

type Settings = z.output<typeof schema>;

/** Integers in groups of input features, which `g_idx` may reorder (Frantar et al., 2023). */
export const quantisation: Quantisation = {
  find(files, config) {
    const settings = parseConfig(schema, config as Record<string, unknown>);
    return stemsOf(files, '.qweight').map((stem) => packedWeight(files, stem, settings));
  },
};

function packedWeight(files: CheckpointFiles, stem: string, settings: Settings): PackedWeight {
  const { bits: width, checkpoint_format: form, group_size: size } = settings;
  const part = (name: string) => `${stem}.${name}`;
  return {
    name: part('weight'),
    parts: present(files, ['qweight', 'qzeros', 'scales', 'g_idx'].map(part)),
    dense() {
      const codes = unpackRows(files.get(part('qweight')), width); // [I, O]
      const zeros = unpackColumns(files.get(part('qzeros')), width); // [G, O]
      // The original format stores the zero point minus one.
      const points = form === 'gptq' ? zeros.add(1) : zeros;
      const groups = files.has(part('g_idx')) ? files.get(part('g_idx')) : undefined;
      const ofElement = (table: Tensor) =>
        groups === undefined ? spread(table, codes.shape, { rows: size }) : table.indexSelect(0, groups); // [I, O]
      const scales = ofElement(files.get(part('scales')).to('f32'));
      return codes.sub(ofElement(points)).to('f32').mul(scales).transpose(0, 1).contiguous(); // [O, I]
    },
  };
}
