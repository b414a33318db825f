// An agent over standard input and output, with the SDK's own client: from a file to a verdict.
import { existsSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadInputBench } from './bad-input-bench.ts';

let bench: BadInputBench;

interface Answer {
  isError?: boolean;
  content: { text: string }[];
  structuredContent?: { call: string; status: string; result?: Record<string, unknown>; error?: object };
}

const recipe = (steps: number) => ({
  model: 'model',
  data: { train: 'good.jsonl', test: 0.3 },
  training: { max_steps: steps },
  precision: 'f32',
  evaluation: { every: 'never' },
});

async function connect(...more: string[]) {
  const env = Object.fromEntries(Object.entries(bench.env).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
  const args = ['mcp', '--allow', 'read,compute,write,deploy', ...more];
  const transport = new StdioClientTransport({ command: bench.bin, args, env, cwd: bench.folder, stderr: 'inherit' });
  const client = new Client({ name: 'tests', version: '1' });
  await client.connect(transport);
  await client.listTools();
  const lines: string[] = [];
  const call = async (name: string, input: Record<string, unknown>, signal?: AbortSignal) =>
    (await client.callTool(
      { name, arguments: input },
      { signal, onprogress: ({ message }) => void lines.push(message ?? '') },
    )) as unknown as Answer;
  return { client, call, lines };
}

const shown = (run: string) => bench.run(['runs', 'show', run]).document;

describe.skipIf(!existsSync('build/attune.node'))('an agent over standard input and output', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
  });
  afterAll(() => bench.remove());

  it('trains, sees the progress, reads the verdict, and deploys nothing by itself', { timeout: 240_000 }, async () => {
    const { client, call, lines } = await connect();
    const trained = await call('train', { recipe: { ...recipe(3), output_dir: 'runs/first' } });
    expect(trained.structuredContent?.error).toBe(undefined);
    expect(trained).toMatchObject({ structuredContent: { status: 'finished', result: { outcome: 'finished' } } });
    expect(lines.join('\n')).toMatch(/training for 3 steps/);
    const { structuredContent: found } = await call('runs_show', { run: 'runs/first' });
    const comparison = found!.result!.comparison as { verdict: string; sentence: string };
    expect(comparison.sentence).toMatch(/\w/);
    const refused = await call('serve', { models: ['runs/first'], port: 0 });
    expect(refused.isError).toBe(true);
    expect(refused.content[0].text).toMatch(/E_APPROVAL_NEEDED.*attune approve \w+/s);
    const approval = bench.run(['approve', /attune approve (\w+)/.exec(refused.content[0].text)![1]]);
    expect(approval).toMatchObject({ code: 1, document: { error: { code: 'E_USAGE' } } });
    await client.close();
  });

  it('stops a training that it cancels, and leaves one running when it goes', { timeout: 240_000 }, async () => {
    const { client, call, lines } = await connect();
    const cancel = new AbortController();
    const cancelled = call('train', { recipe: { ...recipe(100_000), output_dir: 'runs/cancelled' } }, cancel.signal);
    cancelled.catch(() => undefined);
    await expect.poll(() => lines.join('\n'), { timeout: 60_000 }).toMatch(/training for/);
    const left = call('train', { recipe: { ...recipe(40), output_dir: 'runs/left' } });
    left.catch(() => undefined);
    await expect.poll(() => existsSync(bench.path('runs/left/events.jsonl')), { timeout: 60_000 }).toBe(true);
    // Only one run trains at a time.
    await expect.poll(() => shown('runs/left').status, { timeout: 60_000 }).toBe('waiting');
    cancel.abort();
    await expect.poll(() => shown('runs/cancelled').status, { timeout: 60_000 }).toBe('stopped');
    await client.close();
    await expect.poll(() => shown('runs/left').status, { timeout: 120_000 }).toBe('finished');
  });
});
