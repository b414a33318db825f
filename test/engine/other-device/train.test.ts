// Training on a device other than the CPU: libtorch's PrivateUse1, with its own memory.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { train } from '../../../src/app/index.ts';
import type { RunEvent } from '../../../src/base/events.ts';
import { readWeights } from '../../../src/federation/weights-file.ts';
import { writeTinyModel } from '../../system/cli-tiny-model.ts';
import { addOtherDevice, OTHER } from './other-device.ts';

let folder: string;
let other: Awaited<ReturnType<typeof addOtherDevice>>;

const seen: RunEvent[] = [];

function trainOn(device: string, tuning: 'lora' | 'prefix', run: string): ReturnType<typeof train> {
  return train(
    {
      model: join(folder, 'model'),
      device,
      tuning,
      data: { train: join(folder, 'rows.jsonl'), validation: 0.2, test: 0 },
      training: { max_steps: 4, batch_size: 4, precision: 'f32', learning_rate: 1e-2 },
      evaluation: { baselines: 'none' },
      output_dir: run,
    },
    { inProcess: true, handleSignals: false, onEvent: (event) => seen.push(event) },
  );
}

async function trained(device: string, tuning: 'lora' | 'prefix'): Promise<Map<string, Float32Array>> {
  const run = join(folder, `${tuning}-${device.split(':')[0]}`);
  await trainOn(device, tuning, run);
  const file = join(run, 'adapter', 'adapter_model.safetensors');
  return new Map([...readWeights(file)].map(([name, { values }]) => [name, values]));
}

describe.skipIf(!existsSync('build/attune.node'))('a run on another device', () => {
  beforeAll(async () => {
    other = await addOtherDevice();
    folder = mkdtempSync(join(tmpdir(), 'attune-device-'));
    const rows = Array.from({ length: 20 }, (_, i) => ({ prompt: `question ${i}`, completion: ` answer ${i % 5}` }));
    const text = rows.map((row) => JSON.stringify(row)).join('\n');
    writeFileSync(join(folder, 'rows.jsonl'), `${text}\n`);
    await writeTinyModel(join(folder, 'model'), text);
    // A clean checkout compiles the device first.
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['lora', 'prefix'] as const)('with %s has the weights of the CPU', async (tuning) => {
    const here = await trained('cpu', tuning);
    const waits = other.synchronised();
    const there = await trained(OTHER, tuning);
    expect([...there.keys()]).toEqual([...here.keys()]);
    for (const [name, values] of here)
      for (const [i, value] of values.entries()) expect(Math.abs(there.get(name)![i] - value)).toBeLessThan(1e-4);
    // It did compute on the device.
    expect(other.pinned()).toBeGreaterThan(0);
    // Clocks wait for it: that of the preflight, and those of four steps.
    expect(other.synchronised() - waits).toBeGreaterThan(4);
  });

  it('without enough memory names what would fit', async () => {
    seen.length = 0;
    await trainOn(OTHER, 'lora', join(folder, 'roomy'));
    const { device } = seen.find((event) => event.type === 'preflight-finished')!;
    expect(device).toMatchObject({ name: OTHER, peakBytes: expect.any(Number) as number });
    // Most of the peak is the cache of sampled answers, which can use less.
    other.limit(0.12 * device!.peakBytes);
    try {
      await expect(trainOn(OTHER, 'lora', join(folder, 'small'))).rejects.toMatchObject({
        code: 'E_OUT_OF_MEMORY',
        what: expect.stringContaining(OTHER) as string,
        got: expect.stringContaining('out of memory') as string,
        fix: expect.stringMatching(/micro_batch_tokens: \d+} fits|rows of up to \d+ tokens fit/) as string,
      });
    } finally {
      other.limit(Number.MAX_SAFE_INTEGER);
    }
  });

  it('is refused by name where there is none of that kind', async () => {
    await expect(trained('cuda', 'lora')).rejects.toMatchObject({
      code: 'E_DEVICE_MISSING',
      got: expect.stringContaining('built without cuda') as string,
    });
  });
});
