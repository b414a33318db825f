// Safe LoRA's projection, compared with C = V Vᵀ / ‖V‖ computed as a matrix.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventSink } from '../../../src/base/events.ts';
import { run, type ProjectAdapterInput } from '../../../src/jobs/export/project-adapter.ts';
import type { JobContext } from '../../../src/base/job.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { aten, SafetensorsFile, scope, writeSafetensors, type Tensor } from '../../../src/engine/tensor/index.ts';

let folder: string;
const at = (name: string) => join(folder, name);
const RANK = 3;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-project-'));
  for (const name of ['llama', 'gpt2']) {
    mkdirSync(at(name));
    for (const file of ['config.json', 'model.safetensors'])
      cpSync(join('fixtures/models', name, file), join(at(name), file));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A copy of the model before it learnt something in some of its layers. */
function writeUnaligned(name: string, model: string, learnt: readonly string[], size: number): string {
  mkdirSync(at(name));
  cpSync(join(at(model), 'config.json'), join(at(name), 'config.json'));
  scope(() => {
    using file = new SafetensorsFile(join(at(model), 'model.safetensors'));
    const tensors = file.names.map((path): [string, Tensor] => {
      const weight = file.get(path);
      if (!learnt.some((layer) => path.endsWith(`${layer}.weight`))) return [path, weight];
      const noise = keyedNormal(weight.shape, { seed: 1, path }, size);
      return [path, weight.sub(noise.to(weight.dtype))];
    });
    writeSafetensors(join(at(name), 'model.safetensors'), new Map(tensors));
  });
  return at(name);
}

/** Shape [out, in] of each layer. */
type Layers = Readonly<Record<string, readonly [number, number]>>;

function writeAdapter(name: string, model: string, layers: Layers, config: Record<string, unknown> = {}): string {
  mkdirSync(at(name));
  const kinds = { peft_type: 'LORA', task_type: 'CAUSAL_LM', base_model_name_or_path: at(model) };
  const targets = Object.keys(layers);
  const written = { ...kinds, r: RANK, lora_alpha: 6, target_modules: targets, ...config };
  writeFileSync(join(at(name), 'adapter_config.json'), JSON.stringify(written));
  scope(() => {
    const tensors = targets.flatMap((path): [string, Tensor][] => [
      [nameOf(path, 'A'), keyedNormal([RANK, layers[path][1]], { seed: 2, path }, 0.5)],
      [nameOf(path, 'B'), keyedNormal([layers[path][0], RANK], { seed: 3, path }, 0.5)],
    ]);
    writeSafetensors(join(at(name), 'adapter_model.safetensors'), new Map(tensors));
  });
  return at(name);
}

const nameOf = (path: string, key: 'A' | 'B') => `base_model.model.${path}.lora_${key}.weight`;

async function project(input: Omit<ProjectAdapterInput, 'folder'>, name: string) {
  const warnings: string[] = [];
  const emit: EventSink = (event) => event.type === 'warning-raised' && warnings.push(event.code);
  const result = await run({ ...input, folder: at(name) }, { emit } as JobContext);
  return { ...result, warnings };
}

function tensorOf(adapter: string, name: string): Tensor {
  using file = new SafetensorsFile(join(adapter, 'adapter_model.safetensors'));
  return file.get(name);
}

function weightOf(model: string, path: string): Tensor {
  using file = new SafetensorsFile(join(model, 'model.safetensors'));
  return file.get(file.names.find((name) => name.endsWith(`${path}.weight`))!).to('f32');
}

const LLAMA: Layers = {
  'model.layers.0.self_attn.q_proj': [64, 64],
  'model.layers.0.mlp.down_proj': [64, 96],
  'model.layers.1.self_attn.q_proj': [64, 64],
};

describe('a LoRA projected onto what alignment changed', () => {
  it('has C B in place of B, as the matrix C gives it, and stays the same to the byte elsewhere', async () => {
    const [q, down, untouched] = Object.keys(LLAMA);
    const unaligned = writeUnaligned('llama-before', 'llama', ['layers.0.self_attn.q_proj', 'down_proj'], 0.01);
    const adapter = writeAdapter('llama-lora', 'llama', LLAMA);
    const all = await project({ adapter, unaligned, threshold: 1 }, 'all');
    expect(all.untouched).toEqual([untouched]);
    expect(all.layers.map(({ path, isProjected }) => [path, isProjected])).toEqual([
      [down, true],
      [q, true],
    ]);
    scope(() => {
      for (const path of [q, down]) {
        const v = weightOf(at('llama'), path).sub(weightOf(unaligned, path));
        const c = v.matmul(v.transpose(0, 1)).div(norm(v));
        const [a, b] = [tensorOf(adapter, nameOf(path, 'A')), tensorOf(adapter, nameOf(path, 'B'))];
        const wanted = c.matmul(b);
        const found = tensorOf(at('all'), nameOf(path, 'B'));
        expect(norm(found.sub(wanted)) / norm(wanted)).toBeLessThan(1e-5);
        const [before, after] = [b.matmul(a), wanted.matmul(a)];
        const layer = all.layers.find((one) => one.path === path)!;
        expect(layer.ratio).toBeCloseTo(norm(after) / norm(before), 5);
        expect(layer.cosine).toBeCloseTo(before.mul(after).sum().item() / norm(before) / norm(after), 5);
      }
    });
    const none = await project({ adapter, unaligned, threshold: -1 }, 'none');
    expect(none.layers.some(({ isProjected }) => isProjected)).toBe(false);
    for (const file of ['adapter_model.safetensors'])
      expect(readFileSync(join(at('none'), file))).toEqual(readFileSync(join(adapter, file)));
    expect(all.warnings).toEqual([]);
  });

  it('counts from the lowest cosine, and turns what is stored transposed', async () => {
    const layers: Layers = { 'transformer.h.0.attn.c_attn': [144, 48], 'transformer.h.0.mlp.c_proj': [48, 192] };
    const unaligned = writeUnaligned('gpt2-before', 'gpt2', ['c_attn', 'c_proj'], 5);
    const adapter = writeAdapter('gpt2-lora', 'gpt2', layers, { fan_in_fan_out: true });
    const { layers: found, warnings } = await project({ adapter, unaligned, count: 1 }, 'lowest');
    const [lowest] = found.toSorted((one, other) => one.cosine - other.cosine);
    expect(found.filter(({ isProjected }) => isProjected)).toEqual([lowest]);
    expect(warnings).toEqual(['W_CHANGE_LONGER']);
    scope(() => {
      const v = weightOf(at('gpt2'), lowest.path).sub(weightOf(unaligned, lowest.path)).transpose(0, 1);
      const b = tensorOf(adapter, nameOf(lowest.path, 'B'));
      const wanted = v.matmul(v.transpose(0, 1)).matmul(b).div(norm(v));
      const projected = tensorOf(at('lowest'), nameOf(lowest.path, 'B'));
      expect(norm(projected.sub(wanted)) / norm(wanted)).toBeLessThan(1e-5);
    });
  });

  it.each(['pissa', 'olora'])('is refused where A and B of %s are more than the change', async (start) => {
    const adapter = writeAdapter(`${start}-lora`, 'llama', LLAMA, { init_lora_weights: start });
    await expect(project({ adapter, unaligned: at('llama'), threshold: 1 }, 'never')).rejects.toMatchObject({
      code: 'E_ADAPTER_UNSUPPORTED',
      problems: [{ field: 'init_lora_weights' }],
    });
  });

  it('says all that does not belong together', async () => {
    const adapter = writeAdapter('wide-lora', 'llama', { ...LLAMA, 'model.layers.7.self_attn.q_proj': [64, 64] });
    const unaligned = at('gpt2');
    const missing = (model: string, field: string) => ({ file: at(model), field, message: 'is missing' });
    await expect(project({ adapter, unaligned, threshold: 1 }, 'never')).rejects.toMatchObject({
      code: 'E_MODELS_DIFFER',
      problems: [
        missing('gpt2', 'model.layers.0.mlp.down_proj'),
        missing('gpt2', 'model.layers.0.self_attn.q_proj'),
        missing('gpt2', 'model.layers.1.self_attn.q_proj'),
        missing('llama', 'model.layers.7.self_attn.q_proj'),
        missing('gpt2', 'model.layers.7.self_attn.q_proj'),
      ],
    });
    const narrow = writeAdapter('narrow-lora', 'llama', { 'model.layers.0.mlp.down_proj': [64, 64] });
    await expect(project({ adapter: narrow, unaligned: at('llama'), threshold: 1 }, 'never')).rejects.toMatchObject({
      problems: [
        { field: 'model.layers.0.mlp.down_proj', message: 'is 64 × 96, but 64 × 64 in the adapter' },
        { field: 'model.layers.0.mlp.down_proj' },
      ],
    });
    const known = writeAdapter('known-lora', 'llama', LLAMA);
    await expect(project({ adapter: known, unaligned: at('llama'), threshold: 1 }, 'never')).rejects.toMatchObject({
      code: 'E_NOTHING_CHANGED',
    });
  });
});

function norm(x: Tensor): number {
  return aten.linalg_vector_norm.default(x).item();
}
