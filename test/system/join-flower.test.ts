// `federate join --flower`: a tiny model takes part in a ServerApp's rounds.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { federate } from '../../src/app/index.ts';
import type { Content } from '../../src/federation/flower/objects.ts';
import { readWeights } from '../../src/federation/weights-file.ts';
import { normOf } from '../../src/federation/weights.ts';
import { changeOf } from '../../src/federation/strategies.ts';
import { arraysOf, SuperLink } from '../unit/federation/super-link.ts';
import { writeTinyModel } from './cli-tiny-model.ts';
import { TEXTS } from './serve-tiny.ts';

const NOTHING: Content = { arrays: new Map(), metrics: new Map(), configs: new Map() };
const link = new SuperLink();
let folder: string;

describe.skipIf(!existsSync('build/attune.node'))('a site of a Flower federation', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'attune-flower-'));
    await writeTinyModel(join(folder, 'tiny'), TEXTS, 512);
    const row = (i: number): string => `${JSON.stringify({ prompt: `where is ${i}`, completion: ` parcel ${i}` })}\n`;
    writeFileSync(join(folder, 'rows.jsonl'), Array.from({ length: 24 }, (_, i) => row(i)).join(''));
  }, 60_000);
  afterAll(() => {
    link.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('trains and evaluates what the ServerApp sends, also after rounds without it, and ends with the run', async () => {
    const url = await link.listen();
    const flags = {
      'data.train': join(folder, 'rows.jsonl'),
      'data.validation': 0.25,
      'data.test': 0,
      'evaluation.baselines': 'none',
      'tuning.r': 2,
      'training.precision': 'f32',
      'training.learning_rate': 1e-2,
    };
    const output = join(folder, 'site');
    const options = { output, model: join(folder, 'tiny'), flags, rounds: 4, localSteps: 2, inProcess: true };
    const joined = federate.join(undefined, { flower: url, ...options });
    const isActive = async () => {
      while (link.active.size === 0) await new Promise((done) => setTimeout(done, 20));
    };
    await Promise.race([isActive(), joined]);
    const [node] = link.nodes.keys();
    const ask = async (type: string, content: Content) => {
      const { content: reply, error } = await link.ask(node, type, content);
      expect(error).toBeUndefined();
      return { weights: reply!.arrays.get('arrays'), metrics: reply!.metrics.get('metrics')! };
    };
    const { weights: start } = await ask('query', NOTHING);
    expect([...start!.keys()].every((name) => /^base_model\.model\..*\.lora_[AB]\.weight$/.test(name))).toBe(true);
    const before = await ask('evaluate', arraysOf(start!, 0));
    const first = await ask('train', arraysOf(start!, 1));
    // Rounds 2 and 3 sampled other nodes.
    const last = await ask('train', arraysOf(first.weights!, 4));
    expect(normOf(changeOf(last.weights!, first.weights!))).toBeGreaterThan(0);
    const after = await ask('evaluate', arraysOf(last.weights!, 4));
    expect(after.metrics).toMatchObject({ 'num-examples': 6 });
    expect(Number(after.metrics.loss)).toBeLessThan(Number(before.metrics.loss));
    link.hasEnded = true;
    const { run } = await joined;
    expect(readWeights(join(run, 'adapter', 'adapter_model.safetensors'))).toEqual(last.weights);
    expect(readFileSync(join(run, 'adapter', 'adapter_config.json'), 'utf8')).toContain('"r": 2');
  }, 180_000);

  it('takes a link or an address, not both', async () => {
    await expect(federate.join()).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(federate.join(undefined, { flower: 'ftp://hub' })).rejects.toMatchObject({ code: 'E_FEDERATED_LINK' });
  });
});
