import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Channel } from '../../../src/base/channel.ts';
import { Killable, thread } from '../../../src/base/killable.ts';

interface Answer {
  number: number;
  thread: number;
}

/** Replies with `{ number }`; loops forever with `loops`, does not reply with `silent`, ends with `throws`. */
const PROGRAM = `
const { parentPort, threadId } = require('node:worker_threads');
parentPort.on('message', ({ number, does }) => {
  if (does === 'loops') for (;;);
  if (does === 'throws') throw new Error('no more');
  if (does !== 'silent') parentPort.postMessage({ number, thread: threadId });
});`;

const killable = new Killable<Answer>(thread(PROGRAM, { eval: true }));
afterEach(() => killable.stop());

const ask = (number: number, does?: string, options = {}) =>
  killable.ask({ number, does }, { isAnswer: (answer: Answer) => answer.number === number, ...options });

describe('a thread that may be killed', () => {
  it('answers overlapping questions, in the same thread', async () => {
    const [one, other] = (await Promise.all([ask(1), ask(2)])) as Answer[];
    expect([one.number, other.number]).toEqual([1, 2]);
    expect(one.thread).toBe(other.thread);
  });

  it('is given up when it says nothing, and the next question starts another', async () => {
    const first = (await ask(1)) as Answer;
    expect(await ask(2, 'loops', { seconds: 0.05 })).toEqual({ type: 'timeout', isStarting: false });
    expect(killable.isRunning).toBe(false);
    expect(((await ask(3)) as Answer).thread).not.toBe(first.thread);
  });

  it('may say nothing while it waits for its user', async () => {
    await ask(1);
    let isPaused = true;
    const asked = ask(2, 'silent', { seconds: 0.02, isPaused: () => isPaused });
    await wait(150);
    expect(killable.isRunning).toBe(true);
    isPaused = false;
    expect(await asked).toMatchObject({ type: 'timeout' });
  });

  it('tells every open question how it ended', async () => {
    const [silent, thrown] = await Promise.all([ask(1, 'silent'), ask(2, 'throws')]);
    for (const heard of [silent, thrown]) expect(heard).toMatchObject({ type: 'ended', message: 'no more' });
  });

  it('does not keep a program alive that has nothing else to do', async () => {
    const ports = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    const before = ports();
    await ask(1);
    expect([killable.isRunning, ports()]).toEqual([true, before]);
  });

  it('has ended when an abort is thrown', async () => {
    await ask(1);
    const abort = new AbortController();
    const asked = ask(2, 'loops', { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    expect(killable.isRunning).toBe(false);
  });
});

it('a channel gives what was pushed before its end, then throws its error', async () => {
  const channel = new Channel<number>();
  const used: number[] = [];
  channel.onUsed = (item) => void used.push(item);
  channel.push(1);
  channel.push(2);
  channel.finish(new Error('broken'));
  const seen: number[] = [];
  await expect(async () => {
    for await (const item of channel) seen.push(item);
  }).rejects.toThrow('broken');
  expect([seen, used]).toEqual([
    [1, 2],
    [1, 2],
  ]);
});
