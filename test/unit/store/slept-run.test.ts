// A run's folder shared by machines, one of which slept or has a wrong clock.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ownIdentity } from '../../../src/store/process-identity.ts';
import { readEvents, RunFolder } from '../../../src/store/run-folder.ts';
import { lockRun, untilFree } from '../../../src/store/run-lock.ts';
import { runPaths, writeHeartbeat } from '../../../src/store/run-paths.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-slept-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function lockedElsewhere(at = Date.now()): void {
  const owner = { ...ownIdentity(), machine: 'other-host boot namespace', token: 'other', at };
  writeFileSync(runPaths(folder).lock, JSON.stringify(owner));
}

describe('a run of another machine', () => {
  it.each([-3, 3])('is gone with its heartbeat, its clock %i hours off', async (hours) => {
    let clock = 1000;
    const later = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 70_000));
    onTestFinished(() => later.mockRestore());
    const theirs = () => Date.now() + hours * 3_600_000;
    const beat = () => writeHeartbeat(folder, { pid: 1, at: theirs(), step: 1, phase: 'train', memoryBytes: 1 });
    lockedElsewhere(theirs());
    const beating = setInterval(beat, 20);
    const free = untilFree(folder, AbortSignal.timeout(20_000)).then(() => 'free');
    await expect(Promise.race([free, sleep(700, 'held')])).resolves.toBe('held');
    clearInterval(beating);
    await expect(free).resolves.toBe('free');
    lockRun(folder).release();
  });

  it('that took the folder while this process slept lets it write nothing any more', () => {
    const slept = new RunFolder(folder);
    slept.record({ type: 'run-started', run: 'r1', folder: '', base: '', recipe: { seed: 1 }, identity: {} });
    lockedElsewhere();
    const stopped = { type: 'run-stopped', step: 1, reason: 'asked' } as const;
    expect(() => slept.record(stopped)).toThrow(/E_RUN_LOCKED[\s\S]*on other-host/);
    slept.close();
    expect([...readEvents(folder)].map(({ type }) => type)).toEqual(['run-started']);
    expect(existsSync(runPaths(folder).lock)).toBe(true);
  });
});

it("the end of a run's work is an event for those who wait", async () => {
  const unhurried = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => new AbortController().signal);
  onTestFinished(() => unhurried.mockRestore());
  const lock = lockRun(folder);
  const { signal } = new AbortController();
  const free = untilFree(folder, signal);
  await expect(Promise.race([free, sleep(50, 'held')])).resolves.toBe('held');
  lock.release();
  await free;
  await untilFree(folder, signal);
});
