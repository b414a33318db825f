import { z } from 'zod';
import type { CheckpointFiles } from '../checkpoint-files.ts';
import { parseConfig } from '../raw-config.ts';
import { present, stemsOf, type PackedWeight, type Quantisation } from './packed-weight.ts';
import { spread, type Block } from './unpack.ts';

const schema = z.looseObject({ weight_block_size: z.tuple([z.int().positive(), z.int().positive()]).nullish() });

/** Suffixes of input scales, which do not affect weights. */
const OF_INPUTS = ['input_scale', 'activation_scale', 'input_scale_ub'];

/**
 * 8-bit floating-point weights with a scale per weight, per row or per block of 128 × 128 (DeepSeek-AI, "DeepSeek-V3",
 * 2024; `fbgemm_fp8` scales rows). Scales named `_inv` are multiplied with as well.
 */
export const quantisation: Quantisation = {
  find(files, config) {
    const { weight_block_size: size } = parseConfig(schema, config as Record<string, unknown>);
    const block = size ? { rows: size[0], columns: size[1] } : {};
    return ['weight_scale_inv', 'weight_scale'].flatMap((scale) =>
      stemsOf(files, `.${scale}`).map((stem) => packedWeight(files, stem, { scale, block })),
    );
  },
};

function packedWeight(
  files: CheckpointFiles,
  stem: string,
  { scale, block }: { scale: string; block: Block },
): PackedWeight {
  const name = `${stem}.weight`;
  return {
    name,
    parts: present(files, [name, `${stem}.${scale}`, ...OF_INPUTS.map((part) => `${stem}.${part}`)]),
    dense() {
      const weight = files.get(name).to('f32');
      return weight.mul(spread(files.get(`${stem}.${scale}`).to('f32'), weight.shape, block));
    },
  };
}
