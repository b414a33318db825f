import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BoundedPattern } from '../../../src/base/bounded-pattern.ts';
import { readAdapterConfig } from '../../../src/methods/tunings/adapter-config.ts';
import { fromPattern, wantedPaths, type Wanted } from '../../../src/methods/tunings/targets.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-adapter-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** As written by PEFT 0.18. */
const PLAIN = {
  alora_invocation_tokens: null,
  alpha_pattern: {},
  arrow_config: null,
  auto_mapping: null,
  base_model_name_or_path: 'llama',
  bias: 'none',
  ensure_weight_tying: false,
  exclude_modules: null,
  init_lora_weights: true,
  loftq_config: {},
  lora_alpha: 8,
  megatron_core: 'megatron.core',
  peft_type: 'LORA',
  peft_version: '0.18.1',
  qalora_group_size: 16,
  r: 4,
  target_modules: ['q_proj'],
  task_type: 'CAUSAL_LM',
  use_dora: false,
};

function read(changes: Record<string, unknown>) {
  writeFileSync(join(folder, 'adapter_config.json'), JSON.stringify({ ...PLAIN, ...changes }));
  return readAdapterConfig(folder);
}

describe('adapter_config.json', () => {
  it('of plain LoRA is read, with whatever later versions leave switched off', async () => {
    const plain = await read({ use_something_new: false, something_else: null, a_table: {} });
    expect(plain).toMatchObject({ method: 'lora', options: { r: 4 } });
    expect((await read({ init_lora_weights: 'gaussian' })).options.alpha).toBe(8);
    const eva = await read({ init_lora_weights: 'eva', eva_config: { rho: 2, tau: 0.99, whiten: false } });
    expect(eva.options.r).toBe(4);
  });

  it.each([['pissa'], ['olora']])(
    'init_lora_weights: %s is read: it takes the same part of the base',
    async (start) => {
      expect((await read({ init_lora_weights: start })).options.init_lora_weights).toBe(start);
    },
  );

  it.each([['pissa_niter_16'], ['loftq'], ['corda'], ['kasa']])(
    'init_lora_weights: %s is refused: PEFT changes the base on loading',
    async (start) => {
      const problems = [{ field: 'init_lora_weights' }];
      await expect(read({ init_lora_weights: start })).rejects.toThrow(
        expect.objectContaining({ code: 'E_ADAPTER_UNSUPPORTED', problems: [expect.objectContaining(problems[0])] }),
      );
    },
  );

  it.each([
    ['alora_invocation_tokens', [1, 2]],
    ['arrow_config', { top_k: 2 }],
    ['layer_replication', [[0, 2]]],
    ['use_qalora', true],
    ['a_setting_of_tomorrow', 0.5],
  ])('%s is refused by its name', async (field, value) => {
    await expect(read({ [field]: value })).rejects.toThrow(expect.objectContaining({ code: 'E_ADAPTER_UNSUPPORTED' }));
    await expect(read({ [field]: value })).rejects.toThrow(field);
  });

  it('has lists of layers by name, and none where there are no numbers of layers', async () => {
    const lists = async (changes: Record<string, unknown>) => {
      const { layers_to_transform: layers, layers_pattern: names } = (await read(changes)).options;
      return [layers, names];
    };
    expect(await lists({ layers_to_transform: 1, layers_pattern: 'h' })).toEqual([[1], ['h']]);
    expect(await lists({ layers_to_transform: [], layers_pattern: '' })).toEqual([null, []]);
    await expect(read({ layers_pattern: ['(a+)+'] })).rejects.toThrow('layers_pattern');
  });

  it('of another method names the method alone', async () => {
    const error = expect.objectContaining({ problems: [expect.objectContaining({ field: 'peft_type' })] });
    await expect(read({ peft_type: 'TOMORROW', alpha: 4, hada_rank: 2 })).rejects.toThrow(error);
  });
});

describe('the layers that are meant', () => {
  const paths = ['encoder.block.0.layer.1.wi', 'encoder.block.1.layer.0.q', 'text.shared'];
  const wanted = (choice: Partial<Wanted>) =>
    paths.filter(wantedPaths({ target_modules: ['wi', 'q', 'shared'], ...choice }));

  it('are counted in the outermost list, in a named one, and in the innermost one as PEFT does', () => {
    expect(wanted({ layers_to_transform: [0] })).toEqual([paths[0]]);
    expect(wanted({ layers_to_transform: [0], layers_pattern: ['block'] })).toEqual([paths[0]]);
    expect(wanted({ layers_to_transform: [0], layers_pattern: ['layer'] })).toEqual([paths[1]]);
    expect(wanted({ layers_to_transform: [0], layers_pattern: [] })).toEqual([paths[1]]);
  });

  it('are not numbered where a whole path names them, and lack what is trained whole', () => {
    const named = { target_modules: ['q', paths[0]], layers_to_transform: [1] };
    expect(wanted(named)).toEqual([paths[0], paths[1]]);
    expect(wanted({ ...named, modules_to_save: ['block.0'] })).toEqual([paths[1]]);
  });
});

describe('numbers and patterns of adapter_config.json', () => {
  it.each([
    ['r', 1e9],
    ['r', -4],
    ['r', 2.5],
    ['lora_alpha', 1e300],
    ['lora_alpha', 0],
    ['lora_dropout', 1],
    ['lora_dropout', -0.1],
    ['rank_pattern', { q_proj: -1 }],
    ['rank_pattern', { q_proj: 1e9 }],
    ['alpha_pattern', { q_proj: -1 }],
    ['modules_to_save', ['']],
    ['trainable_token_indices', [-1]],
  ])('%s: %j is refused', async (field, value) => {
    const problems = [expect.objectContaining({ field: expect.stringMatching(new RegExp(`^${field}`)) })];
    await expect(read({ [field]: value })).rejects.toThrow(
      expect.objectContaining({ code: 'E_ADAPTER_UNSUPPORTED', problems }),
    );
  });

  it('a pattern with more ways to match than can be tried is refused within its second', () => {
    const start = process.cpuUsage();
    const pattern = new BoundedPattern('(([a-z_.0-9])+)+!', '^(?:', ')$');
    const test = () => pattern.test('model.layers.10.self_attn.q_proj.lora_A.default');
    expect(test).toThrow(expect.objectContaining({ code: 'E_BAD_PATTERN' }));
    expect(test).toThrow('backtracks too much');
    const values = { '(?:(?:a|aa)+)+$': 2 };
    expect(() => fromPattern(values, `model.${'a'.repeat(60)}b`)).toThrow('backtracks too much');
    // Processor time in microseconds, which does not depend on other load.
    expect(process.cpuUsage(start).user).toBeLessThan(10_000_000);
  });

  it('patterns as they are published match as ever', () => {
    const unsloth = String.raw`(?:.*?(?:language|text).*?(?:self_attn|mlp).*?(?:q_proj|up_proj).*?)|(?:\bmodel\.layers\.[\d]{1,}\.(?:self_attn|mlp)\.(?:q_proj|up_proj))`;
    const pattern = new BoundedPattern(unsloth, '^(?:', ')$');
    expect(pattern.test('model.layers.7.mlp.up_proj')).toBe(true);
    expect(pattern.test('model.visual.blocks.7.mlp.up_proj')).toBe(false);
    expect(fromPattern({ '^model.layers.0.*q_proj': 1, q_proj: 2 }, 'model.layers.0.self_attn.q_proj')).toBe(1);
    expect(fromPattern({ '^model.layers.0.*q_proj': 1, q_proj: 2 }, 'model.layers.3.self_attn.q_proj')).toBe(2);
  });
});
