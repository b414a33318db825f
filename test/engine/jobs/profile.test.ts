import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { operationsOf as workloadOperations, readWorkload, rowsOf } from '../../../bench/workload.ts';
import type { RunEvent } from '../../../src/base/events.ts';
import type { ProfiledPart, ProfileFinished } from '../../../src/base/profile-event.ts';
import { backward, ones, scope, span, startProfile, stopProfile } from '../../../src/engine/tensor/index.ts';
import { create as createFull } from '../../../src/methods/tunings/full.ts';
import { create as createLora } from '../../../src/methods/tunings/lora.ts';
import { complete, options as loraOptions } from '../../../src/methods/tunings/lora.options.ts';
import { createModel } from '../../../src/models/load-model.ts';
import type { PreparedRow } from '../../../src/answering/tasks/rows/prepared-rows.ts';
import { profileSteps } from '../../../src/jobs/train/profile-steps.ts';
import { operationsOf } from '../../../src/jobs/train/utilisation.ts';
import { tinyConfigs, tinyModel } from '../tiny-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-profile-'));
afterAll(() => rmSync(folder, { recursive: true }));

const rows: PreparedRow[] = [
  { id: 'a', ids: Int32Array.of(1, 2, 3), trained: Uint8Array.of(0, 1, 1), source: { file: 'x', line: 1 } },
];

function tiny(): ReturnType<typeof tinyModel> {
  return tinyModel({ raw: tinyConfigs.llama[0], task: 'causal-lm' }, 'f32');
}

/** A [64, 64] product and its gradient. */
function work(): void {
  scope(() => {
    const x = ones([64, 64]).setRequiresGrad();
    const y = span('forward', () => span('stage 0 forward', () => x.matmul(x).sum()));
    span('backward', () => backward([y]));
  });
}

describe('a profile', () => {
  it('holds operators inside the spans around them, forward and backward, with times and bytes', () => {
    startProfile();
    work();
    const spans = stopProfile();
    const pathOf = (index: number): string[] => (index < 0 ? [] : [...pathOf(spans[index].parent), spans[index].name]);
    const products = spans.flatMap(({ name }, i) => (name === 'aten::mm' ? [pathOf(i)] : []));
    expect(products.map(([phase]) => phase)).toEqual(['forward', 'backward', 'backward']);
    expect(products[0]).toContain('stage 0 forward');
    expect(spans.every(({ start, end, processor }) => end >= start && processor >= 0)).toBe(true);
    expect(spans.filter(({ name }) => name === 'aten::mm').every(({ bytes }) => bytes >= 64 * 64 * 4)).toBe(true);
  });

  it('is recorded only when asked for, once at a time, and ends with what it was asked for', () => {
    work();
    startProfile();
    expect(() => startProfile()).toThrow(/already/);
    expect(stopProfile()).toEqual([]);
    expect(() => stopProfile()).toThrow(/no profile/);
    expect(span('silent', () => 7)).toBe(7);
  });

  it('ends a span whose body throws', () => {
    startProfile();
    expect(() =>
      span('broken', () => {
        throw new Error('broken');
      }),
    ).toThrow('broken');
    span('next', () => undefined);
    expect(stopProfile().map(({ name, parent }) => [name, parent])).toEqual([
      ['broken', -1],
      ['next', -1],
    ]);
  });
});

it('is refused for a run that ends too soon', async () => {
  const model = await tiny();
  expect(() => profileSteps(2, { folder, emit: () => undefined, signal: new AbortController().signal, model })).toThrow(
    /steps 2 to 3[^]*2 steps/,
  );
});

it('of a run covers the second and third step: what a step spends by phase, stage and operator, and a trace', async () => {
  const events: RunEvent[] = [];
  const around = profileSteps(4, {
    folder,
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
    model: await tiny(),
  });
  const results: number[] = [];
  for (let step = 1; step <= 4; step++) {
    results.push(
      await around(() => {
        work();
        return Promise.resolve(step);
      }, rows),
    );
    expect(events.length).toBe(step < 3 ? 0 : 1);
  }
  expect(results).toEqual([1, 2, 3, 4]);
  const event = events[0] as ProfileFinished;
  const calls = (parts: readonly ProfiledPart[], name: string) => parts.find((part) => part.name === name)?.calls;
  expect(event.phases.map(({ name }) => name).toSorted()).toEqual(['backward', 'forward']);
  expect(event.stages.map(({ name }) => name)).toEqual(['stage 0 forward']);
  expect([calls(event.operators, 'aten::mm'), calls(event.operators, 'forward')]).toEqual([3, undefined]);
  const inPhases = event.phases.reduce((sum, { processorSeconds }) => sum + processorSeconds, 0);
  expect(inPhases).toBeLessThanOrEqual(event.processorSeconds + 1e-9);
  expect(event.utilisation?.gflops).toBeGreaterThan(0);
  expect(event.utilisation?.share).toBeGreaterThan(0);
  const { traceEvents } = JSON.parse(readFileSync(event.path, 'utf8')) as {
    traceEvents: { ph: string; dur: number }[];
  };
  expect(traceEvents.length).toBeGreaterThan(10);
  expect(traceEvents.every(({ ph, dur }) => ph === 'X' && dur >= 0)).toBe(true);
});

it('of a run that fails or is stopped in between is given up, and another one can follow', async () => {
  const stop = new AbortController();
  const model = await tiny();
  const around = () => profileSteps(4, { folder, emit: () => undefined, signal: stop.signal, model });
  const failing = around();
  await failing(() => Promise.resolve(1), rows);
  await expect(failing(() => Promise.reject(new Error('diverged')), rows)).rejects.toThrow('diverged');
  const stopped = around();
  await stopped(() => Promise.resolve(1), rows);
  await stopped(() => {
    stop.abort();
    work();
    return Promise.resolve(2);
  }, rows);
  expect(await stopped(() => Promise.resolve(3), rows)).toBe(3);
  startProfile();
  expect(stopProfile()).toEqual([]);
});

describe('the operations of a step', () => {
  it.each([true, false])("are those of the bench's formula, full tuning: %s", async (full) => {
    const workload = readWorkload('base');
    const model = await createModel({ ...workload.model, num_hidden_layers: 2 }, { dtype: 'f32', seed: 1 });
    const adapter = complete(loraOptions.parse({ r: workload.lora.r, alpha: workload.lora.lora_alpha }));
    const tuning = full ? createFull(model, {}) : createLora(model, adapter, { seed: 1 });
    const same = { ...workload, model: { ...workload.model, num_hidden_layers: 2 } };
    expect(operationsOf(model, rowsOf(workload))).toBe(workloadOperations(same, { full }).step);
    tuning.dispose();
    model.dispose();
  });

  it('do not follow from the tokens of a model with an encoder', async () => {
    const model = await tinyModel({ raw: tinyConfigs.whisper[0], task: 'seq2seq' }, 'f32');
    expect(operationsOf(model, rows)).toBeUndefined();
  });
});
