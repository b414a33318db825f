// Default configurations of transformers' model types, on the meta device.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ModuleBuffer } from '../../../src/engine/nn/index.ts';
import { readJson } from '../../../src/files/json.ts';
import type { RawConfig } from '../../../src/models/raw-config.ts';
import { skeleton } from '../../../src/models/skeleton.ts';

interface DefaultConfig {
  config: RawConfig;
  /** Number of parameters per class, as in the reference. */
  parameters: Record<string, number>;
}

const rows = readJson<DefaultConfig[]>(
  fileURLToPath(new URL('../../../fixtures/default-configs.json', import.meta.url)),
);

/** Parameters of the reference that attune computes, or does not read. */
const elsewhere: Readonly<Record<string, (config: Record<string, number>) => number>> = {
  marian: ({ max_position_embeddings: rows, d_model: width }) => 2 * rows * width,
  pegasus: ({ max_position_embeddings: rows, d_model: width }) => 2 * rows * width,
  dinov2: ({ hidden_size: width }) => width,
  dinov3_vit: ({ hidden_size: width }) => width,
  // Biases of the expert choice, which are buffers here.
  ernie4_5_moe: ({ num_hidden_layers: layers, moe_num_experts: experts }) => (layers - 1) * experts,
};

/** Whether the class has a pooler only here: checkpoints may lack it. */
const hasPooler = (type: string, name: string) => name.endsWith('Model') && !['electra', 'nomic_bert'].includes(type);

/** Defaults that belong to no real model: the reference cannot run them on images. */
const unfit: readonly string[] = ['idefics3', 'smolvlm', 'gemma4'];

const named = rows.map((row): [string, DefaultConfig] => [String(row.config.model_type), row]);
const isUnfit = ([type]: readonly [string, DefaultConfig]): boolean => unfit.includes(type);

const build = (type: string, name: string, { config }: DefaultConfig) =>
  skeleton({ ...config, architectures: [name] }, {}, { has: () => hasPooler(type, name) });

describe('default configurations', () => {
  it.each(named.filter((row) => !isUnfit(row)))('%s has the parameters of the reference', async (type, row) => {
    for (const [name, wanted] of Object.entries(row.parameters)) {
      const { model } = await build(type, name, row);
      const own = [...model.parameters()].filter(([, parameter]) => !(parameter instanceof ModuleBuffer));
      const count = own.reduce((sum, [, { size }]) => sum + size, 0);
      expect(count + (elsewhere[type]?.(row.config as Record<string, number>) ?? 0), name).toBe(wanted);
    }
  });

  it.each(named.filter(isUnfit))('%s is refused', async (type, row) => {
    for (const name of Object.keys(row.parameters))
      await expect(build(type, name, row)).rejects.toMatchObject({ code: 'E_CONFIG_BAD' });
  });
});
