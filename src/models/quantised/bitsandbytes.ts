// N elements of a weight, S elements of a block, B blocks
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { parseJson } from '../../files/json.ts';
import { FourBitWeight } from '../../engine/nn/index.ts';
import { aten, cat, stack, tensor, zeros, type Tensor } from '../../engine/tensor/index.ts';
import type { CheckpointFiles } from '../checkpoint-files.ts';
import { present, stemsOf, type PackedWeight, type Quantisation } from './packed-weight.ts';

const STATE = /^(?<name>.*\.weight)\.quant_state\.bitsandbytes__(nf4|fp4)$/;

const stateSchema = z.looseObject({
  blocksize: z.int().positive(),
  shape: z.array(z.int().nonnegative()),
  nested_blocksize: z.int().positive().optional(),
  nested_offset: z.number().optional(),
});

/** Largest magnitude of an int8 code. */
const INT8 = 127;

/**
 * 4 bits in blocks of the flattened weight, with scales that may be quantised themselves (Dettmers et al., "QLoRA",
 * 2023), and 8 bits per row (Dettmers et al., "LLM.int8()", 2022), as saved by bitsandbytes.
 */
export const quantisation: Quantisation = {
  find(files) {
    const fourBit = files.names.flatMap((state) => {
      const name = STATE.exec(state)?.groups?.name;
      return name === undefined ? [] : [fourBitWeight(files, name, state)];
    });
    return [...fourBit, ...stemsOf(files, '.SCB').map((stem) => eightBitWeight(files, stem))];
  },
};

function fourBitWeight(files: CheckpointFiles, name: string, state: string): PackedWeight {
  const parts = ['absmax', 'quant_map', 'nested_absmax', 'nested_quant_map'].map((part) => `${name}.${part}`);
  return {
    name,
    parts: [name, state, ...present(files, parts)],
    kind: /bitsandbytes__(?<kind>\w+)$/.exec(state)?.groups?.kind,
    keep(dtype) {
      const {
        blocksize: block,
        shape,
        nested_blocksize: nestedBlock,
        nested_offset: offset = 0,
      } = readState(files, state);
      const part = (suffix: string) => files.get(name + suffix).flatten();
      const own = { codes: part(''), table: part('.quant_map'), scales: part('.absmax') };
      const nested = () => ({
        scales: part('.nested_absmax'),
        map: part('.nested_quant_map'),
        offset: tensor([offset]),
      });
      const all = nestedBlock === undefined ? own : { ...own, nested: nested() };
      return new FourBitWeight(all, { shape, block, dtype });
    },
    dense() {
      const { blocksize, shape, nested_blocksize: nestedBlock, nested_offset: offset } = readState(files, state);
      const count = shape.reduce((product, size) => product * size, 1);
      const scales =
        nestedBlock === undefined
          ? files.get(`${name}.absmax`)
          : nestedScales(files, name, { block: nestedBlock, offset: offset ?? 0 });
      const values = lookUp(files.get(`${name}.quant_map`), nibbles(files.get(name))).narrow(0, 0, count);
      return scaleBlocks(values, scales, blocksize).reshape(...shape);
    },
  };
}

/** Two codes per byte, high nibble first: u8 [⌈N/2⌉, 1] → i32 [2·⌈N/2⌉] */
function nibbles(packed: Tensor): Tensor {
  const bytes = packed.flatten().to('i32');
  const upper = aten.bitwise_right_shift.Tensor_Scalar(bytes, 4);
  return stack([upper, aten.bitwise_and.Scalar(bytes, 0xf)], 1).flatten();
}

function lookUp(map: Tensor, codes: Tensor): Tensor {
  return map.to('f32').indexSelect(0, codes);
}

function nestedScales(files: CheckpointFiles, name: string, { block, offset }: { block: number; offset: number }) {
  const codes = files.get(`${name}.absmax`).flatten().to('i32');
  const values = lookUp(files.get(`${name}.nested_quant_map`), codes);
  return scaleBlocks(values, files.get(`${name}.nested_absmax`), block).add(offset);
}

/** The last block may be partial: f32 [N], f32 [B] → f32 [N] */
function scaleBlocks(values: Tensor, scales: Tensor, block: number): Tensor {
  const [count] = values.shape;
  const short = scales.size * block - count;
  const whole = short > 0 ? cat([values, zeros([short])]) : values;
  return whole.reshape(-1, block).mul(scales.to('f32').reshape(-1, 1)).flatten().narrow(0, 0, count); // [B, S]
}

function readState(files: CheckpointFiles, state: string): z.output<typeof stateSchema> {
  const text = new TextDecoder().decode(files.get(state).data() as Uint8Array);
  const result = stateSchema.safeParse(parsed(text));
  if (result.success) return result.data;
  throw new AttuneError('E_QUANTISATION_BAD', {
    what: `${state} of ${files.folder} is not a valid quantisation state`,
    got: text.slice(0, 200),
    expected: '{"blocksize": …, "shape": […]}',
    fix: 'fetch the model again',
  });
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function eightBitWeight(files: CheckpointFiles, stem: string): PackedWeight {
  const [name, scales] = [`${stem}.weight`, `${stem}.SCB`];
  return {
    name,
    parts: present(files, [name, scales, `${stem}.weight_format`]),
    dense: () => files.get(name).to('f32').mul(files.get(scales).to('f32').div(INT8).reshape(-1, 1)),
  };
}
