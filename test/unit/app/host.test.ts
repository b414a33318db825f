import { describe, expect, it } from 'vitest';
import { Peer, type HostMessage } from '../../../src/app/api/host/peer.ts';
import { AttuneError } from '../../../src/base/errors.ts';

type Run = (name: string, values: unknown[]) => Promise<unknown>;

/** A program and its host, with a channel between them that carries what one between processes does. */
function connected(run: Run): { program: Peer; waiting: number[] } {
  const waiting: number[] = [];
  const later = (peer: () => Peer) => (message: HostMessage) => {
    const copy = structuredClone(message);
    queueMicrotask(() => peer().receive(copy));
  };
  const host: Peer = new Peer({ post: later(() => program), run });
  const program: Peer = new Peer({
    post: later(() => host),
    run: () => Promise.reject(new Error('unused')),
    onWaiting: (count) => waiting.push(count),
  });
  return { program, waiting };
}

describe('a call to the process that attune runs in', () => {
  it('carries data, and events back in their order', async () => {
    const { program, waiting } = connected(async (name, [data, options]) => {
      const { onEvent } = options as { onEvent(n: number): void };
      onEvent(1);
      onEvent(2);
      return Promise.resolve({ name, data });
    });
    const events: number[] = [];
    const data = { at: new Date(0), list: [1, Number.NaN], sets: new Map([[1, new Float32Array([1])]]) };
    const answer = await program.call('train', [data, { onEvent: (n: number) => events.push(n) }]);
    expect(answer).toEqual({ name: 'train', data });
    expect(events).toEqual([1, 2]);
    expect(waiting.at(-1)).toBe(0);
  });

  it('hands over functions of what it returns', async () => {
    const { program } = connected(() => {
      const answer = (prompts: string[], watch: { onText(text: string): void }) => {
        watch.onText('wh');
        return Promise.resolve(prompts.map((prompt) => `${prompt} white`));
      };
      return Promise.resolve({ answer });
    });
    const model = (await program.call('openModel', [])) as {
      answer(prompts: string[], watch: object): Promise<string[]>;
    };
    const pieces: string[] = [];
    expect(await model.answer(['Colour 3:'], { onText: (text: string) => pieces.push(text) })).toEqual([
      'Colour 3: white',
    ]);
    expect(pieces).toEqual(['wh']);
  });

  it('streams rows some hundreds at a time, and ends a stream that is left', async () => {
    let [given, isEnded] = [0, false];
    async function* rows() {
      try {
        for (; given < 2000; given++) yield await Promise.resolve({ text: `row ${given}` });
      } finally {
        isEnded = true;
      }
    }
    const { program } = connected(async (_, [stream]) => {
      let count = 0;
      for await (const _row of stream as AsyncIterable<object>) if (++count === 700) break;
      return count;
    });
    expect(await program.call('generateRows', [rows()])).toBe(700);
    expect(isEnded).toBe(true);
    expect(given).toBeLessThan(1100);
    const { program: other } = connected(async (_, [stream]) => {
      let count = 0;
      for await (const _row of stream as AsyncIterable<object>) count++;
      return count;
    });
    given = 0;
    expect(await other.call('generateRows', [rows()])).toBe(2000);
  });

  it('carries aborts over, and errors back with all their parts', async () => {
    const { program } = connected((_, [options]) => {
      const { signal } = options as { signal: AbortSignal };
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () =>
          reject(new AttuneError('E_STOPPED', { what: 'Stopped', problems: [{ message: String(signal.reason) }] })),
        );
      });
    });
    const controller = new AbortController();
    const call = program.call('train', [{ signal: controller.signal }]);
    controller.abort('enough');
    await expect(call).rejects.toMatchObject({ code: 'E_STOPPED', problems: [{ message: 'enough' }] });
    await expect(call).rejects.toBeInstanceOf(AttuneError);
  });

  it('fails when the host is gone', async () => {
    const { program } = connected(() => new Promise(() => undefined));
    const call = program.call('train', []);
    program.fail(new AttuneError('E_HOST_CRASHED', { what: 'gone' }));
    await expect(call).rejects.toMatchObject({ code: 'E_HOST_CRASHED' });
  });
});
