import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { loadMonitor } from '../../../src/monitoring/monitor/load-monitor.ts';
import { VersionMonitor } from '../../../src/monitoring/monitor/version-monitor.ts';
import { Watcher, type ServedAnswer } from '../../../src/monitoring/index.ts';

const start = Date.now() - 3_600_000;
const place = { model: 'tickets', version: 'v1' };
const monitor = { reference: 100 };

function answer(i: number, more: Partial<ServedAnswer> = {}): ServedAnswer {
  return {
    ...place,
    id: `chatcmpl-${i}`,
    choice: 0,
    at: start + i * 1e3,
    operation: 'classify',
    status: 200,
    milliseconds: 100 + (i % 17),
    label: i % 3 === 0 ? 'a' : 'b',
    confidence: 0.5 + (i % 40) / 100,
    prompt: `Where is parcel ${i % 23} of ${i % 7}?`,
    promptTokens: 5 + (i % 11),
    ...more,
  };
}

async function open(folder: string, options: object = monitor): Promise<Watcher> {
  const failures: unknown[] = [];
  const watcher = await Watcher.open({
    folder,
    keep: 'counts',
    retention: 30,
    feedbackRetention: 365,
    monitor: options,
    onFailure: (_, error) => void failures.push(error),
  });
  onTestFinished(async () => {
    await watcher.close();
    expect(failures).toEqual([]);
  });
  return watcher;
}

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'attune-saved-'));

async function serve(watcher: Watcher, from: number, to: number, more: Partial<ServedAnswer> = {}): Promise<void> {
  for (let i = from; i < to; i++) watcher.observe(answer(i, more));
  await watcher.flush();
}

async function evidenceOf(folder: string): Promise<unknown> {
  const watcher = await open(folder);
  return (await loadMonitor(watcher.store, place, monitor)).findings;
}

it('a server that starts again goes on as if it had never stopped, and reads no answer twice', async () => {
  const [whole, parted] = [newFolder(), newFolder()];
  // Words are hashed with a secret of the store, so both folders need the same one.
  await (await open(whole)).close();
  cpSync(whole, parted, { recursive: true });
  const run = async (folder: string, stops: readonly number[]): Promise<void> => {
    let watcher = await open(folder);
    for (let i = 0; i < 400; i += 20) {
      await serve(watcher, i, i + 20, i >= 300 ? { label: 'c', prompt: `Mein Paket ${i}` } : {});
      if (i === 260) await watcher.feedback({ trace: 'chatcmpl-7', choice: 0, thumb: 'down' });
      if (!stops.includes(i)) continue;
      await watcher.close();
      watcher = await open(folder);
    }
    await watcher.close();
  };
  await run(whole, []);
  const seen = vi.spyOn(VersionMonitor.prototype, 'observe');
  onTestFinished(() => seen.mockRestore());
  // Stops before there is a reference, in the middle of a period, and while an alarm begins.
  await run(parted, [40, 240, 280, 320]);
  const calls = seen.mock.calls.map(([{ id }]) => id);
  // As long as nothing has been saved, the first answers are read again.
  expect(calls.length).toBeLessThanOrEqual(400 + 60);
  expect(new Set(calls).size).toBe(400);
  expect(await evidenceOf(parted)).toEqual(await evidenceOf(whole));
});

it('a state that is missing, of another format or of other settings is rebuilt from the rows', async () => {
  const folder = newFolder();
  const first = await open(folder);
  await serve(first, 0, 300);
  await first.close();
  const found = await evidenceOf(folder);
  const { database } = (await open(folder)).store;
  expect(await database.selectFrom('monitors').select('period_from').execute()).toHaveLength(1);
  const seen = vi.spyOn(VersionMonitor.prototype, 'observe');
  onTestFinished(() => seen.mockRestore());
  const read = async (options: object = monitor) => {
    seen.mockClear();
    const watcher = await open(folder, options);
    const loaded = await loadMonitor(watcher.store, place, options);
    return { answers: seen.mock.calls.length, findings: loaded.findings };
  };
  expect(await read()).toEqual({ answers: 0, findings: found });
  expect((await read({ reference: 60 })).answers).toBeGreaterThan(0);
  await database.updateTable('monitors').set({ format: 0 }).execute();
  const rebuilt = await read();
  expect(rebuilt.answers).toBeGreaterThan(0);
  expect(rebuilt.findings).toEqual(found);
  await database.deleteFrom('monitors').execute();
  expect((await read()).findings).toEqual(found);
});

it('closing does not wait for answers that are read again, and they are read by the next server', async () => {
  const folder = newFolder();
  const first = await open(folder);
  await serve(first, 0, 3000);
  await first.close();
  const again = await open(folder);
  await again.store.database.deleteFrom('monitors').execute();
  await again.store.database.deleteFrom('baselines').execute();
  const seen = vi.spyOn(VersionMonitor.prototype, 'compareTopic');
  onTestFinished(() => seen.mockRestore());
  // A replay that only ends when it is stopped.
  seen.mockImplementation(
    (signal) =>
      new Promise((_, reject) => {
        signal!.addEventListener('abort', () => reject(signal!.reason as Error));
      }),
  );
  again.observe(answer(3000));
  await again.written();
  await again.close();
  seen.mockRestore();
  const next = await open(folder);
  await serve(next, 3001, 3002);
  const [{ answers }] = await next.store.versions();
  expect(answers).toBe(3002);
  expect((await loadMonitor(next.store, place, monitor)).period.answers).toBeGreaterThan(2800);
});

it('numbers of rows are not given again when the newest rows are deleted', async () => {
  const watcher = await open(newFolder());
  await serve(watcher, 0, 150);
  await serve(watcher, 150, 160, { user: 'ann' });
  await watcher.eraseUser('ann');
  await serve(watcher, 160, 170);
  const loaded = await loadMonitor(watcher.store, place, monitor);
  const seen = vi.spyOn(VersionMonitor.prototype, 'observe');
  onTestFinished(() => seen.mockRestore());
  await serve(watcher, 170, 172);
  expect(seen.mock.calls.map(([{ id }]) => id)).toEqual(['chatcmpl-170', 'chatcmpl-171']);
  expect(loaded.period.answers).toBeGreaterThanOrEqual(60);
});
