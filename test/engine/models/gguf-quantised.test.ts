import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createModel } from '../../../src/models/load-model.ts';
import { loadGguf, planGguf, writeModelGguf } from '../../../src/models/gguf/index.ts';
import { quantisedType } from '../../../src/models/gguf/gguf-quantisation.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { blockTypes, decodeBlocks, encodeBlocks, type BlockTypeName } from '../../../src/engine/tensor/gguf/index.ts';
import { fromArray, noGrad, scope, tensor } from '../../../src/engine/tensor/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-gguf-quantised-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Root-mean-square error on normally distributed values, in standard deviations. */
const ERRORS: Record<BlockTypeName, number> = { q8_0: 0.007, q4_0: 0.12, q4_k: 0.085, q6_k: 0.025 };

describe.each(Object.keys(blockTypes) as BlockTypeName[])('%s', (name) => {
  const { values, bytes } = blockTypes[name];

  it('keeps normal numbers as closely as its bits allow, and zeros exactly', () => {
    noGrad(() =>
      scope(() => {
        const x = keyedNormal([64, 256], { seed: 1, path: 'x' }, 1);
        const packed = encodeBlocks(name, x);
        expect(packed.size).toBe((64 * 256 * bytes) / values);
        const off = decodeBlocks(name, packed, [64, 256]).sub(x);
        const error = Math.sqrt(off.mul(off).mean().item());
        expect(error).toBeLessThan(ERRORS[name]);
        expect(error).toBeGreaterThan(ERRORS[name] / 2);
        const zeros = x.mul(0);
        expect(
          decodeBlocks(name, encodeBlocks(name, zeros), [64, 256])
            .toNumbers()
            .every((value) => value === 0),
        ).toBe(true);
      }),
    );
  });

  it('gives what it keeps exactly back when that is encoded again', () => {
    noGrad(() =>
      scope(() => {
        const once = decodeBlocks(
          name,
          encodeBlocks(name, keyedNormal([8, 256], { seed: 2, path: 'y' }, 0.02)),
          [8, 256],
        );
        const twice = decodeBlocks(name, encodeBlocks(name, once), [8, 256]);
        const [a, b] = [once.toNumbers(), twice.toNumbers()];
        const far = a.filter((value, i) => Math.abs(value - b[i]) > 4e-4).length;
        expect(far).toBeLessThan(0.02 * a.length);
      }),
    );
  });
});

it('bytes are read as ggml lays them out', () => {
  scope(() => {
    const one = [0x00, 0x3c]; // 1 in f16
    const read = (name: BlockTypeName, given: number[]) =>
      decodeBlocks(name, fromArray(Uint8Array.from(given)), [blockTypes[name].values]).toNumbers();
    expect(read('q8_0', [...one, ...Array.from({ length: 32 }, (_, i) => (i === 31 ? 0xff : i))]).slice(-2)).toEqual([
      30, -1,
    ]);
    const q4 = read('q4_0', [...one, 0x9f, ...Array.from({ length: 15 }, () => 0x88)]);
    expect([q4[0], q4[16], q4[1]]).toEqual([7, 1, 0]);
    // Scale 2 of sub-block 0 and 33 (1 above, 2 · 16 below) of sub-block 4; minimum 3 of sub-block 1.
    const scales = [2 | (2 << 6), 0, 0, 0, 0, 3, 0, 0, 1, 0, 0, 0];
    const q4k = read('q4_k', [...one, ...one, ...scales, ...Array.from({ length: 128 }, () => 0x21)]);
    expect([q4k[0], q4k[32], q4k[128]]).toEqual([2, -3, 33]);
    const low = Array.from({ length: 128 }, (_, i) => (i === 32 ? 0x5 : 0));
    const high = Array.from({ length: 64 }, (_, i) => (i === 0 ? 0b1100 : 0));
    const q6k = read('q6_k', [...low, ...high, ...Array.from({ length: 16 }, (_, i) => (i === 2 ? 2 : 1)), ...one]);
    expect([q6k[32], q6k[0]]).toEqual([2 * (5 + 48 - 32), -32]);
  });
});

it('the mixture is the one of llama.cpp, and rows that are no whole blocks are kept wider', () => {
  const at = (name: string, width = 512) =>
    quantisedType('q4_k_m', { name, shape: [64, width], layers: 16, hasHead: true });
  expect(at('output.weight')).toBe('q6_k');
  expect(at('token_embd.weight')).toBe('q4_k');
  expect([0, 2, 4, 5, 14].map((layer) => at(`blk.${layer}.ffn_down.weight`))).toEqual([
    'q6_k',
    'q4_k',
    'q6_k',
    'q4_k',
    'q6_k',
  ]);
  expect(at('blk.4.attn_q.weight')).toBe('q4_k');
  expect(at('blk.4.attn_q.weight', 96)).toBe('q8_0');
  expect(at('blk.4.attn_q.weight', 40)).toBe('f16');
});

it.each(['q8_0', 'q4_0', 'q4_k_m'] as const)('a model in %s is read again, and is smaller', async (form) => {
  const config = {
    model_type: 'llama',
    vocab_size: 64,
    hidden_size: 256,
    intermediate_size: 512,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 64,
    rms_norm_eps: 1e-5,
    tie_word_embeddings: false,
    hidden_act: 'silu',
    architectures: ['LlamaForCausalLM'],
  };
  const model = await createModel(config, { task: 'causal-lm', dtype: 'f32', seed: 3 });
  const path = join(folder, `${form}.gguf`);
  writeModelGguf(path, planGguf(model, form), new Map());
  const read = await loadGguf(path, model.config);
  const [own, again] = [model, read].map((one) => new Map(one.parameters()));
  const key = 'model.layers.1.mlp.down_proj.weight';
  scope(() => {
    const [before, after] = [own.get(key)!.tensor.detach(), again.get(key)!.tensor.detach()];
    const off = after.sub(before);
    const error = off.mul(off).mean().item() / before.mul(before).mean().item();
    expect(Math.sqrt(error)).toBeLessThan(0.15);
    expect(tensor([1]).dtype).toBe('f32');
  });
  const parameters = [...model.parameters()].reduce((sum, [, { size }]) => sum + size, 0);
  expect(statSync(path).size).toBeLessThan(parameters * (form === 'q8_0' ? 1.15 : 0.9));
  model.dispose();
  read.dispose();
});
