// Checkpoints in the hub's formats, packed here value by value as their papers and formats specify.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parametersOf } from '../../../src/models/base-facts.ts';
import { loadModel } from '../../../src/models/load-model.ts';
import { checkFolder } from '../../../tools/parity/folder.ts';
import { fromArray, SafetensorsFile, tensor, type Tensor, writeSafetensors } from '../../../src/engine/tensor/index.ts';

const LLAMA = 'fixtures/models/llama';
const work = mkdtempSync(join(tmpdir(), 'attune-quantised-'));
afterAll(() => rmSync(work, { recursive: true }));

type Named = Map<string, Tensor>;
type Matrix = { rows: number; columns: number; at(row: number, column: number): number };

function matrixOf(weight: Tensor): Matrix {
  const [rows, columns] = weight.shape;
  const numbers = weight.to('f32').toNumbers();
  return { rows, columns, at: (row, column) => numbers[row * columns + column] };
}

/**
 * Writes a checkpoint whose linear weights are replaced by packed parts; `dense` collects the weights that these
 * represent.
 */
function quantisedFolder(
  name: string,
  config: Record<string, unknown>,
  pack: (stem: string, weight: Matrix) => { parts: [string, Tensor][]; dense: number[] },
): { folder: string; dense: Map<string, number[]> } {
  const folder = join(work, name);
  cpSync(LLAMA, folder, { recursive: true });
  using files = new SafetensorsFile(join(LLAMA, 'model.safetensors'));
  const tensors: Named = new Map();
  const dense = new Map<string, number[]>();
  for (const path of files.names) {
    const weight = files.get(path);
    if (!path.endsWith('_proj.weight')) {
      tensors.set(path, weight);
      continue;
    }
    const stem = path.slice(0, -'.weight'.length);
    const packed = pack(stem, matrixOf(weight));
    for (const [part, value] of packed.parts) tensors.set(`${stem}.${part}`, value);
    dense.set(path, packed.dense);
  }
  writeSafetensors(join(folder, 'model.safetensors'), tensors);
  const raw = JSON.parse(readFileSync(join(LLAMA, 'config.json'), 'utf8')) as object;
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...raw, dtype: 'float32', quantization_config: config }));
  return { folder, dense };
}

async function expectDense({ folder, dense }: { folder: string; dense: Map<string, number[]> }): Promise<void> {
  const { model } = await loadModel(folder, { dtype: 'f32' });
  expect(model.config).not.toHaveProperty('quantization_config');
  const parameters = new Map(model.parameters());
  expect(dense.size).toBe(14);
  for (const [path, numbers] of dense) {
    const loaded = parameters.get(path)!.tensor.toNumbers();
    const worst = loaded.reduce((most, value, i) => Math.max(most, Math.abs(value - numbers[i])), 0);
    expect(worst, path).toBeLessThan(1e-6);
  }
  model.dispose();
}

/** Packs eight 4-bit numbers per word, lowest first. */
function words(numbers: readonly number[], bits: number): number[] {
  const perWord = 32 / bits;
  return Array.from({ length: Math.ceil(numbers.length / perWord) }, (_, word) => {
    let value = 0;
    for (let i = 0; i < perWord; i++) value |= (numbers[word * perWord + i] ?? 0) << (i * bits);
    return value;
  });
}

const ints = (numbers: readonly number[], shape: readonly number[]) => fromArray(Int32Array.from(numbers), shape);
const floats = (numbers: readonly number[], shape: readonly number[]) => fromArray(Float32Array.from(numbers), shape);

/** Asymmetric codes for a group of values. */
function quantise(values: readonly number[], bits: number) {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const scale = Math.fround((high - low) / (2 ** bits - 1) || 1);
  const zero = Math.max(1, Math.round(-low / scale)); // GPTQ stores one less
  const codes = values.map((value) => Math.min(2 ** bits - 1, Math.max(0, Math.round(value / scale) + zero)));
  return { scale, zero, codes, dense: codes.map((code) => scale * (code - zero)) };
}

/** Codes, scales and zero points of a weight by group of input features: [out][group] */
function grouped(weight: Matrix, size: number, bits: number, isMixed = false) {
  const groups = weight.columns / size;
  const columnOf = (group: number, i: number) => (isMixed ? i * groups + group : group * size + i);
  return Array.from({ length: weight.rows }, (_, row) =>
    Array.from({ length: groups }, (__, group) =>
      quantise(
        Array.from({ length: size }, (___, i) => weight.at(row, columnOf(group, i))),
        bits,
      ),
    ),
  );
}

const GROUP = 32;

describe('quantised checkpoints', () => {
  it.each(['llama_nf4', 'llama_int8'])('%s gives the logits of bitsandbytes’ dequantised weights', async (name) => {
    const { outputs } = await checkFolder(`fixtures/quantised/${name}`);
    const logits = outputs.find((output) => output.name === 'logits');
    expect(logits).toMatchObject({ compared: 8448 });
    expect(logits!.maxAbs).toBeLessThan(1e-4);
  });

  it('counts the weights that packed numbers stand for', async () => {
    const dense = await parametersOf(LLAMA);
    for (const name of ['llama_nf4', 'llama_int8'])
      expect(await parametersOf(`fixtures/quantised/${name}`)).toBe(dense);
  });

  it.each([
    { bits: 4, form: 'gptq', ordered: false },
    { bits: 8, form: 'gptq', ordered: false },
    { bits: 4, form: 'gptq_v2', ordered: false },
    { bits: 4, form: 'gptq', ordered: true },
  ])('GPTQ of $bits bits ($form, own order: $ordered)', async ({ bits, form, ordered }) => {
    const config = { quant_method: 'gptq', bits, group_size: GROUP, checkpoint_format: form, desc_act: ordered };
    const made = quantisedFolder(`gptq-${bits}-${form}-${ordered}`, config, (_, weight) => {
      const rows = grouped(weight, GROUP, bits, ordered);
      const [inside, groups] = [weight.columns, weight.columns / GROUP];
      const groupOf = (i: number) => (ordered ? i % groups : Math.floor(i / GROUP));
      const placeOf = (i: number) => (ordered ? Math.floor(i / groups) : i % GROUP);
      const code = (out: number, i: number) => rows[out][groupOf(i)].codes[placeOf(i)];
      const byOut = Array.from({ length: weight.rows }, (__, out) =>
        words(
          Array.from({ length: inside }, (___, i) => code(out, i)),
          bits,
        ),
      );
      const qweight = byOut[0].flatMap((__, word) => byOut.map((column) => column[word])); // [I/8, O]
      const less = form === 'gptq' ? 1 : 0;
      const qzeros = Array.from({ length: groups }, (__, group) =>
        words(
          rows.map((row) => row[group].zero - less),
          bits,
        ),
      );
      const scales = Array.from({ length: groups }, (__, group) => rows.map((row) => row[group].scale));
      return {
        parts: [
          ['qweight', ints(qweight, [byOut[0].length, weight.rows])],
          ['qzeros', ints(qzeros.flat(), [groups, qzeros[0].length])],
          ['scales', floats(scales.flat(), [groups, weight.rows])],
          ...(ordered
            ? [
                [
                  'g_idx',
                  ints(
                    Array.from({ length: inside }, (__, i) => groupOf(i)),
                    [inside],
                  ),
                ] as [string, Tensor],
              ]
            : []),
        ],
        dense: rows.flatMap((row) => Array.from({ length: inside }, (__, i) => row[groupOf(i)].dense[placeOf(i)])),
      };
    });
    await expectDense(made);
    // Older AutoGPTQ folders have the settings in a separate file.
    const { quantization_config: _, ...plain } = JSON.parse(
      readFileSync(join(made.folder, 'config.json'), 'utf8'),
    ) as Record<string, unknown>;
    writeFileSync(join(made.folder, 'config.json'), JSON.stringify(plain));
    writeFileSync(join(made.folder, 'quantize_config.json'), JSON.stringify({ ...config, quant_method: undefined }));
    await expectDense(made);
  });

  it('AWQ in the layout of gemm', async () => {
    const config = { quant_method: 'awq', bits: 4, group_size: GROUP, version: 'gemm', zero_point: true };
    const made = quantisedFolder('awq', config, (_, weight) => {
      const rows = grouped(weight, GROUP, 4);
      const groups = weight.columns / GROUP;
      // A word contains columns 0, 2, 4, 6, 1, 3, 5, 7 from its lowest bits on.
      const interleaved = (numbers: readonly number[]) =>
        words(
          Array.from({ length: numbers.length / 8 }, (__, word) =>
            [0, 2, 4, 6, 1, 3, 5, 7].map((column) => numbers[8 * word + column]),
          ).flat(),
          4,
        );
      const qweight = Array.from({ length: weight.columns }, (__, i) =>
        interleaved(rows.map((row) => row[Math.floor(i / GROUP)].codes[i % GROUP])),
      );
      const qzeros = Array.from({ length: groups }, (__, group) => interleaved(rows.map((row) => row[group].zero)));
      const scales = Array.from({ length: groups }, (__, group) => rows.map((row) => row[group].scale));
      return {
        parts: [
          ['qweight', ints(qweight.flat(), [weight.columns, weight.rows / 8])],
          ['qzeros', ints(qzeros.flat(), [groups, weight.rows / 8])],
          ['scales', floats(scales.flat(), [groups, weight.rows])],
        ],
        dense: rows.flatMap((row) => row.flatMap(({ dense }) => dense)),
      };
    });
    await expectDense(made);
  });

  it.each([
    {
      name: 'blocks',
      config: { quant_method: 'fp8', weight_block_size: [32, 48] },
      block: [32, 48],
      part: 'weight_scale_inv',
    },
    {
      name: 'whole',
      config: { quant_method: 'fp8', activation_scheme: 'static' },
      block: [1e9, 1e9],
      part: 'weight_scale',
    },
    { name: 'rows', config: { quant_method: 'fbgemm_fp8' }, block: [1, 1e9], part: 'weight_scale' },
    {
      name: 'compressed',
      config: {
        quant_method: 'compressed-tensors',
        format: 'float-quantized',
        config_groups: { group_0: { weights: { num_bits: 8 } } },
      },
      block: [1, 1e9],
      part: 'weight_scale',
    },
  ])('FP8 with a scale for $name', async ({ name, config, block, part }) => {
    const made = quantisedFolder(`fp8-${name}`, config, (_, weight) => {
      const [down, across] = [Math.ceil(weight.rows / block[0]), Math.ceil(weight.columns / block[1])];
      const scales = Array.from({ length: down * across }, (__, i) => 0.01 * (i + 1));
      const scaleOf = (row: number, column: number) =>
        scales[Math.floor(row / block[0]) * across + Math.floor(column / block[1])];
      const cells = Array.from({ length: weight.rows * weight.columns }, (__, i) => {
        const [row, column] = [Math.floor(i / weight.columns), i % weight.columns];
        return weight.at(row, column) / scaleOf(row, column);
      });
      const codes = floats(cells, [weight.rows, weight.columns]).to('f8_e4m3');
      const rounded = codes.to('f32').toNumbers();
      return {
        parts: [
          ['weight', codes],
          [part, floats(scales, down * across === 1 ? [1] : [down, across])],
          ...(name === 'whole' ? [['input_scale', floats([1], [1])] as [string, Tensor]] : []),
        ],
        dense: rounded.map(
          (value, i) => value * Math.fround(scaleOf(Math.floor(i / weight.columns), i % weight.columns)),
        ),
      };
    });
    await expectDense(made);
  });

  it('compressed-tensors: packed groups of four bits with zero points, and rows of eight', async () => {
    const weights = { num_bits: 4, group_size: GROUP, symmetric: false, strategy: 'group' };
    const packed = {
      quant_method: 'compressed-tensors',
      format: 'pack-quantized',
      config_groups: { group_0: { weights } },
    };
    await expectDense(
      quantisedFolder('packed', packed, (_, weight) => {
        const rows = grouped(weight, GROUP, 4);
        const groups = weight.columns / GROUP;
        const byGroup = Array.from({ length: groups }, (__, group) =>
          words(
            rows.map((row) => row[group].zero),
            4,
          ),
        );
        return {
          parts: [
            [
              'weight_packed',
              ints(
                rows.flatMap((row) =>
                  words(
                    row.flatMap(({ codes }) => codes),
                    4,
                  ),
                ),
                [weight.rows, weight.columns / 8],
              ),
            ],
            [
              'weight_scale',
              floats(
                rows.flatMap((row) => row.map(({ scale }) => scale)),
                [weight.rows, groups],
              ),
            ],
            [
              'weight_zero_point',
              ints(
                byGroup[0].flatMap((__, word) => byGroup.map((column) => column[word])),
                [weight.rows / 8, groups],
              ),
            ],
            ['weight_shape', tensor([weight.rows, weight.columns], { dtype: 'i64' })],
          ],
          dense: rows.flatMap((row) => row.flatMap(({ dense }) => dense)),
        };
      }),
    );
    const eight = {
      quant_method: 'compressed-tensors',
      format: 'int-quantized',
      config_groups: { group_0: { weights: { num_bits: 8 } } },
    };
    await expectDense(
      quantisedFolder('int8', eight, (_, weight) => {
        const cells = Array.from({ length: weight.rows * weight.columns }, (__, i) =>
          Math.round(((i * 37) % 255) - 127),
        );
        const scales = Array.from({ length: weight.rows }, (__, row) => 0.001 * (row + 1));
        return {
          parts: [
            ['weight', fromArray(Int8Array.from(cells), [weight.rows, weight.columns])],
            ['weight_scale', floats(scales, [weight.rows, 1])],
          ],
          dense: cells.map((value, i) => value * Math.fround(scales[Math.floor(i / weight.columns)])),
        };
      }),
    );
  });

  it('refuses what it does not read, by name', async () => {
    const method = (config: Record<string, unknown>) =>
      loadModel(
        quantisedFolder(`refused-${JSON.stringify(config).length}`, config, (_, w) => ({
          parts: [
            [
              'weight',
              floats(
                Array.from({ length: w.rows * w.columns }, () => 0),
                [w.rows, w.columns],
              ),
            ],
          ],
          dense: [],
        })).folder,
      );
    await expect(method({ quant_method: 'hqq' })).rejects.toMatchObject({
      code: 'E_QUANTISATION_UNSUPPORTED',
      got: 'hqq',
    });
    await expect(method({ quant_method: 'compressed-tensors', format: 'nvfp4-pack-quantized' })).rejects.toMatchObject({
      code: 'E_QUANTISATION_UNSUPPORTED',
    });
    await expect(method({ quant_method: 'gptq', bits: 3, group_size: 32 })).rejects.toMatchObject({
      code: 'E_CONFIG_BAD',
    });
    await expect(method({ quant_method: 'awq', bits: 4, group_size: 32, version: 'gemv' })).rejects.toMatchObject({
      code: 'E_CONFIG_BAD',
    });
  });

  it('of MLX are named as such, by config.json and by the type of their tensors', async () => {
    const folder = join(work, 'mlx');
    cpSync(LLAMA, folder, { recursive: true });
    const raw = JSON.parse(readFileSync(join(LLAMA, 'config.json'), 'utf8')) as object;
    const packed = { group_size: 64, bits: 4 };
    const config = { ...raw, quantization: packed, quantization_config: packed };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    await expect(loadModel(folder)).rejects.toMatchObject({
      code: 'E_QUANTISATION_UNSUPPORTED',
      got: expect.stringContaining('MLX'),
    });
    const header = JSON.stringify({ a: { dtype: 'U32', shape: [1], data_offsets: [0, 4] } }).padEnd(64);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(join(folder, 'model.safetensors'), Buffer.concat([length, Buffer.from(header), Buffer.alloc(4)]));
    writeFileSync(join(folder, 'config.json'), JSON.stringify(raw));
    await expect(loadModel(folder)).rejects.toMatchObject({
      code: 'E_QUANTISATION_UNSUPPORTED',
      what: expect.stringContaining('the unsupported type U32'),
    });
  });
});
