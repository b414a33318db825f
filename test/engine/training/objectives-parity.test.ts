import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readJson, writeJson } from '../../../src/files/json.ts';
import {
  deviationOf,
  groupAdvantages,
  separateAdvantages,
  summedRewards,
} from '../../../src/training/objectives/advantages.ts';
import { checkFolder } from '../../../tools/parity/folder.ts';

const reference = fileURLToPath(new URL('../../../fixtures/objectives', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'attune-objectives-'));
afterAll(() => rmSync(temporary, { recursive: true }));

describe("parity with TRL's objectives", () => {
  it('losses, metrics and gradients of every group are the reference’s', async () => {
    const report = await checkFolder(reference);
    expect(report.problems).toEqual([]);
    expect(report.ok).toBe(true);
    expect(report.notBuilt).toBeUndefined();
    const groups = new Set(report.outputs.map(({ name }) => name.split('/')[0]));
    expect([...groups].toSorted()).toEqual([
      'cpo',
      'dpo_logps',
      'dpo_tokens',
      'dpo_tokens_trl19',
      'grpo',
      'grpo_trl19',
      'kto_bco',
      'online',
      'ppo',
      'prm',
      'reward',
      'sft',
    ]);
    // Differences from version 1.9 are listed, and they are few.
    expect(report.otherVersions).toHaveLength(8);
  });

  it('another number is found, and a group that nothing here computes is named', async () => {
    const folder = join(temporary, 'changed');
    cpSync(reference, folder, { recursive: true });
    const path = join(folder, 'dpo_tokens_trl19.json');
    const changed = readJson<{ cases: Record<string, { loss: number }> }>(path);
    changed.cases.ipo.loss *= 1.0001;
    writeJson(path, changed);
    writeJson(join(folder, 'unheard_of.json'), { cases: {} });
    const report = await checkFolder(folder);
    expect(report.ok).toBe(false);
    expect(report.problems).toEqual([expect.stringContaining('dpo_tokens_trl19/ipo: loss is')]);
    expect(report.notBuilt).toEqual(['unheard_of']);
  });

  it('the lower bound of a correction that truncates counts', async () => {
    const folder = join(temporary, 'lower-bound');
    mkdirSync(folder);
    for (const name of [
      'grpo.safetensors',
      'grpo_trl19.json',
      'grpo_trl19_out.safetensors',
      'grpo.json',
      'grpo_out.safetensors',
    ])
      cpSync(join(reference, name), join(folder, name));
    const path = join(folder, 'grpo_trl19.json');
    const file = readJson<{ cases: Record<string, { options: { is_min: number | null } }> }>(path);
    file.cases.is_sequence_truncate.options.is_min = 1.4;
    writeJson(path, file);
    const report = await checkFolder(folder);
    expect(report.problems).toContainEqual(expect.stringContaining('grpo_trl19/is_sequence_truncate: loss is'));
  });
});

interface RewardsOfTrl {
  advantages: {
    rewards_per_func: (number | null)[][];
    weights: number[];
    sum_then_normalize: Record<'group' | 'batch' | 'none', number[]>;
    normalize_then_sum: number[];
  };
}

describe('advantages', () => {
  const { advantages: wanted } = readJson<RewardsOfTrl>(join(reference, 'grpo_trl19.json'));
  const rewards = wanted.weights.map((_, f) => wanted.rewards_per_func.map((row) => row[f]));

  it.each(['group', 'batch', 'none'] as const)('of several rewards, scaled by %s, are the reference’s', (scale) => {
    const own = groupAdvantages(summedRewards(rewards, wanted.weights), { groupSize: 3, scale });
    for (const [i, advantage] of wanted.sum_then_normalize[scale].entries()) expect(own[i]).toBeCloseTo(advantage, 5);
  });

  it('of rewards that are made alike one by one are the reference’s', () => {
    const own = separateAdvantages(rewards, wanted.weights, { groupSize: 3 });
    for (const [i, advantage] of wanted.normalize_then_sum.entries()) expect(own[i]).toBeCloseTo(advantage, 5);
  });

  it('of a group whose rewards are all the same are 0', () => {
    expect(groupAdvantages([2, 2, 2], { groupSize: 3, scale: 'group' })).toEqual([0, 0, 0]);
    expect(deviationOf([3])).toBe(0);
  });
});
