import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadInputBench } from './bad-input-bench.ts';

let bench: BadInputBench;

/** Changes a model's f32 tensor in place. */
function changeTensor(folder: string, name: string, change: (value: number) => number): void {
  const bytes = readFileSync(bench.path(`${folder}/model.safetensors`));
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, start).toString()) as Record<string, { data_offsets: [number, number] }>;
  const [from, to] = header[name].data_offsets;
  for (let at = start + from; at < start + to; at += 4) bytes.writeFloatLE(change(bytes.readFloatLE(at)), at);
  bench.write(`${folder}/model.safetensors`, bytes);
}

function train(model: string, output: string, ...more: string[]): void {
  const { code, stderr } = bench.run(bench.train({ model }, '--output-dir', output, ...more));
  if (code !== 0) throw new Error(stderr);
}

describe.skipIf(!existsSync('build/attune.node'))('attune export', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
  });
  afterAll(() => bench.remove());

  it('whose rounding moves the loss is refused, leaves nothing behind, and succeeds in f32 into the same folder', () => {
    bench.copy('model', 'coarse');
    // bf16 has three digits: near 8 it cannot distinguish the tokens' embeddings.
    changeTensor('coarse', 'model.embed_tokens.weight', (value) => value + 8);
    changeTensor('coarse', 'model.norm.weight', () => 30);
    train('coarse', 'rounded');
    const before = readdirSync(bench.path('rounded'));
    const refused = bench.run(['export', 'rounded', '--dtype', 'bf16']);
    expect(refused.code).toBe(3);
    expect(refused.document.error).toMatchObject({
      code: 'E_MERGE_DIFFERS',
      fix: expect.stringContaining('write f32 (--dtype)'),
    });
    expect(readdirSync(bench.path('rounded'))).toEqual(before);
    const { code, document } = bench.run(['export', 'rounded', '--dtype', 'f32']);
    expect({ code, dtype: document.dtype, split: document.split }).toEqual({
      code: 0,
      dtype: 'f32',
      split: 'validation',
    });
    // Merging changes the order of sums: equal up to f32's rounding, on some processors bit-identical.
    const [before32, after32] = [document.before as number, document.after as number];
    expect(Math.abs(after32 - before32) / before32).toBeLessThan(1e-5);
  });

  it('takes the type of the base unless told, and config.json says which under both names', () => {
    train('model', 'typed', '--validation', '0', '--test', '0');
    const config = (name: string) => JSON.parse(bench.text(`${name}/config.json`)) as Record<string, unknown>;
    // Without held-out rows base and merged model are compared on training rows.
    expect(bench.run(['export', 'typed']).document).toMatchObject({ dtype: 'f32', split: 'train', rows: 30 });
    expect(config('typed/merged')).toMatchObject({ dtype: 'float32', torch_dtype: 'float32' });
    expect(bench.run(['export', 'typed', '--dtype', 'bf16', '--output-dir', 'small']).document.dtype).toBe('bf16');
    expect(config('small')).toMatchObject({ dtype: 'bfloat16', torch_dtype: 'bfloat16' });
    expect(bench.failure(['export', 'typed', '--dtype', 'int3']).code).toBe('E_USAGE');
  });

  it('into a folder that cannot be made is refused before a model is loaded', () => {
    const { document, stderr } = bench.run(['export', 'typed', '--output-dir', '/proc/attune/out']);
    expect(document.error).toMatchObject({ code: 'E_NOT_WRITABLE' });
    expect(stderr).not.toContain('loading');
  });

  it('of a whole model is refused with where it lies', () => {
    train('model', 'whole', '--tuning.method', 'full');
    expect(bench.failure(['export', 'whole'])).toMatchObject({
      code: 'E_NOTHING_TO_MERGE',
      got: bench.path('whole/model'),
    });
  });

  /** A program on the PATH that records its arguments. */
  function withProgram(name: string): NodeJS.ProcessEnv {
    bench.write(`bin/${name}`, '#!/bin/sh\nfor word in "$@"; do printf "%s\\n" "$word"; done > "$CALLED"\n');
    chmodSync(bench.path(`bin/${name}`), 0o755);
    return { ...bench.env, PATH: `${bench.path('bin')}:${process.env.PATH}`, CALLED: bench.path('called') };
  }

  it('for vLLM leaves a plain adapter beside its base, and makes one model of every other', () => {
    const env = withProgram('vllm');
    const folder = "typed's $HOME vllm";
    expect(bench.run(['export', 'typed', '--to', 'vllm', '--output-dir', folder]).code).toBe(0);
    expect(readdirSync(bench.path(folder)).toSorted()).toEqual([
      'adapter',
      'chat_template.jinja',
      'compose.yaml',
      'serve.sh',
    ]);
    spawnSync(bench.path(`${folder}/serve.sh`), ['--port', '9'], { env });
    const called = bench.text('called').split('\n');
    expect(called.slice(0, 2)).toEqual(['serve', bench.path('model')]);
    expect(JSON.parse(called[called.indexOf('--lora-modules') + 1])).toEqual({
      name: folder,
      path: bench.path(`${folder}/adapter`),
      base_model_name: 'base',
    });
    expect(called.slice(called.indexOf('--port'))).toEqual(['--port', '9', '']);
    train('model', 'scaled', '--tuning.method', 'ia3');
    expect(bench.run(['export', 'scaled', '--to', 'vllm']).document).toMatchObject({ before: expect.any(Number) });
    expect(readdirSync(bench.path('scaled/vllm'))).toContain('model');
    expect(bench.text('scaled/vllm/serve.sh')).not.toContain('--enable-lora');
  });

  it('for Ollama hands the file over, and says where there is none', () => {
    expect(bench.failure(['export', 'typed', '--to', 'ollama']).code).toBe('E_OLLAMA_MISSING');
    const env = withProgram('ollama');
    const { status } = spawnSync(bench.bin, ['export', 'typed', '--to', 'ollama', '--dtype', 'f32'], {
      cwd: bench.folder,
      env,
    });
    expect(status).toBe(0);
    expect(bench.text('called')).toBe('create\ntyped\n-f\nModelfile\n');
  });
});
