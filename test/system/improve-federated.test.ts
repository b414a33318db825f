// A federated round as the training of a loop's cycle: its result passes the same gate and rollout.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { federate, improve, models, resolveRecipeFile, train } from '../../src/app/index.ts';
import { narrowed } from '../../src/federation/ranks.ts';
import { readWeights } from '../../src/federation/weights-file.ts';
import { feedback, NEW, texts, writeTinyLoop } from './tiny-loop.ts';

let folder: string;
let cwd: string;

describe.skipIf(!existsSync('build/attune.node'))('the loop of a site', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'attune-site-loop-'));
    cwd = process.cwd();
    vi.stubEnv('ATTUNE_HOME', join(folder, 'home'));
    // A worker per site and round would take longer than all steps.
    vi.stubEnv('ATTUNE_IN_PROCESS', '1');
    writeTinyLoop(folder);
    process.chdir(folder);
    await train(await resolveRecipeFile('topics.yaml'), { handleSignals: false });
    await models.register('topics', 'first');
    await models.promote('topics', 1, { force: 'the first one' });
  }, 120_000);
  afterAll(() => {
    process.chdir(cwd);
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  it('trains with others, and promotes what is better on its own rows', async () => {
    const labels = ['weather', 'money', 'food'];
    const recipe = {
      model: join(folder, 'model'),
      objective: { name: 'classification', labels },
      tuning: { r: 8, alpha: 16, target_modules: 'all-linear' },
      training: { batch_size: 16, learning_rate: 1e-2, precision: 'f32' },
    };
    const plan = { name: 'topics', recipe, rounds: 3, local_steps: 40, min_sites: 2 };
    const links = Promise.withResolvers<string[]>();
    const onNotice = (notice: string): void => {
      const found = [...notice.matchAll(/join "(\S+)"/g)].map(([, link]) => link);
      if (found.length > 0) links.resolve(found);
    };
    const served = federate.serve(plan, { port: 0, output: 'hub', onNotice });
    const [own, other] = await links.promise;
    const rows = [...texts(NEW, 60, 4000), ...texts(NEW, 20, 6000)];
    writeFileSync('other.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const joined = federate.join(other, { output: 'other', name: 'other', flags: { train: 'other.jsonl' } });
    const loop = {
      model: 'topics',
      retrain: { recipe: 'topics.yaml', when: 'rows >= 40', holdout: 0.35, federation: own },
      approve: 'auto',
    };
    writeFileSync('loop.yaml', JSON.stringify({ continuous: loop }));
    await feedback(texts(NEW, 60, 1000), (i) => `customer-${i % 10}`);
    const { decisions, state } = await improve.run('loop.yaml');
    await Promise.all([served, joined]);
    expect({ state, reason: decisions.at(-1)!.reason }).toMatchObject({ state: 'promoted' });
    expect((await models.history('topics')).aliases.champion).toBe(2);
    // The site's own audit log agrees with that of the coordinator, which saw no rows.
    await federate.verify('hub', 'improve/topics/cycles/0001');
    expect(readFileSync('hub/audit.jsonl', 'utf8')).not.toMatch(/pizza|hail/);
  }, 180_000);

  it('or a federation of sites with different ranks: each trains its part of the shared adapter', async () => {
    const recipe = {
      model: join(folder, 'model'),
      objective: { name: 'classification', labels: ['weather', 'money', 'food'] },
      tuning: { r: 8, alpha: 16, target_modules: 'all-linear' },
      training: { batch_size: 16, learning_rate: 1e-2, precision: 'f32' },
    };
    const ranks = { 'site-2': 2 };
    const plan = { name: 'ranks', recipe, rounds: 2, local_steps: 5, strategy: 'product' as const, ranks };
    const data = [7000, 8000].map((start) => {
      const file = join(folder, `site-${start}.jsonl`);
      const rows = texts(NEW, 60, start).map((row) => `${JSON.stringify(row)}\n`);
      writeFileSync(file, rows.join(''));
      return file;
    });
    const misspelt = federate.simulate({ ...plan, ranks: { rome: 2 } }, { data, output: 'misspelt' });
    await expect(misspelt).rejects.toMatchObject({ problems: [{ field: 'ranks.rome' }] });
    const { result, rounds } = await federate.simulate(plan, { data, output: 'ranks' });
    expect(rounds.map(({ sites }) => sites.length)).toEqual([2, 2, 2]);
    const configOf = (at: string) => JSON.parse(readFileSync(join(at, 'adapter_config.json'), 'utf8')) as object;
    expect(configOf(result)).toMatchObject({ r: 8, lora_alpha: 16 });
    expect(configOf('ranks/sites/site-2/run/adapter')).toMatchObject({ r: 2, lora_alpha: 4 });
    const [whole, part] = [result, 'ranks/sites/site-2/run/adapter'].map((at) =>
      readWeights(join(at, 'adapter_model.safetensors')),
    );
    expect(narrowed(whole, 2)).toEqual(part);
    expect(readFileSync(join(result, 'README.md'), 'utf8')).toContain('rank 8; site-2: 2');
  }, 120_000);
});
