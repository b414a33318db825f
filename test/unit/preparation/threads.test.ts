import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ShardWriter } from '../../../src/preparation/pipeline/parts.ts';
import { checkPipeline } from '../../../src/preparation/pipeline/pipeline-spec.ts';
import { runPipeline } from '../../../src/preparation/pipeline/run-pipeline.ts';
import { ShardPool } from '../../../src/preparation/pipeline/threads/shard-pool.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'attune-threads-test-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ENGLISH = 'The ship sails from the harbour in the morning and comes back when the sun goes down over the sea.';
const GERMAN = 'Das Schiff verlässt den Hafen am Morgen und kommt erst zurück, wenn die Sonne über dem Meer untergeht.';

const THREAD = new URL('../../../src/app/shard-thread.ts', import.meta.url);

const never = (): never => {
  throw new Error('no step here opens it');
};

it('make the same data set of several shards, in the same order and with the same reports', async () => {
  const word = (id: number, at: number) => {
    const mixed = Math.imul((id * 60_000 + at) ^ 0x5bd1e995, 0x85ebca6b);
    return `w${Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 14}`;
  };
  const lines = Array.from({ length: 100 }, (_, id) => {
    const words = Array.from({ length: 300 }, (__, at) => word(id, at)).join(' ');
    return `${JSON.stringify({ id, text: `${(id % 3 === 0 ? GERMAN : ENGLISH).repeat(20)}\u00a0 ${words}` })}\n`;
  });
  writeFileSync(join(folder, 'rows.jsonl'), lines.join(''));
  const steps = [
    { step: 'records' },
    { step: 'normalise' },
    { step: 'language', keep: ['en'], action: 'flag' },
    { step: 'quality', action: 'flag', most_symbols: 0.001 },
  ];
  const pipeline = checkPipeline({ sources: 'rows.jsonl', steps, split: { test: 0.1 } });
  const made = await Promise.all(
    [1, 3].map((threads) =>
      runPipeline({
        pipeline,
        threads,
        thread: THREAD,
        base: folder,
        cache: join(folder, `parts-${threads}`),
        to: () => join(folder, `data-${threads}`),
        // Each piece of the file is a shard.
        reading: { processes: 1, unitSize: { bytes: 100_000, files: 2000 } },
        openTokenizer: never,
        openRecognisers: never,
      }),
    ),
  );
  const [one, three] = made.map(({ manifest }) => manifest);
  expect(three.hash).toBe(one.hash);
  expect(three.steps).toEqual(one.steps);
  expect(made[1].parts.made).toBeGreaterThan(4);
  expect(one.steps[2].found.map(({ what }) => what)).toContain('language de');
});

it('get a shard each of what is too much for one', () => {
  using writer = new ShardWriter(folder, 'items');
  const line = `${'x'.repeat(2 ** 20 - 1)}\n`;
  for (let count = 0; count < 40; count++) writer.write(line);
  writer.finish();
  expect(writer.shards.map(({ name, items }) => [name, items])).toEqual([
    ['items-00000.jsonl', 16],
    ['items-00001.jsonl', 16],
    ['items-00002.jsonl', 8],
  ]);
});

it('tell what failed as it is, and end when they are told to', { timeout: 60_000 }, async () => {
  await using pool = new ShardPool(THREAD);
  const draft = join(folder, 'draft');
  mkdirSync(draft);
  const path = join(folder, 'items.jsonl');
  const item = { kind: 'row', values: { text: ENGLISH }, origins: [{ file: 'a', sha256: '' }] };
  writeFileSync(path, `${JSON.stringify(item)}\n`.repeat(1000));
  const job = (step: string) => ({ paths: [path], specs: [{ step }], draft, base: folder });
  await expect(pool.run(job('nothing'))).rejects.toMatchObject({ code: 'E_UNKNOWN_STEP' });
  await expect(pool.run({ ...job('normalise'), paths: [join(folder, 'none')] })).rejects.toMatchObject({
    code: 'E_FILE_MISSING',
  });
  const part = await pool.run(job('normalise'));
  expect(part.shards).toMatchObject([{ name: 'items-00000.jsonl', items: 1000 }]);
  await pool.rest();
  expect((await pool.run(job('normalise'))).shards).toEqual(part.shards);
  const controller = new AbortController();
  const stopped = pool.run({ ...job('normalise'), paths: Array.from({ length: 1000 }, () => path) }, controller.signal);
  controller.abort(new Error('told to stop'));
  await expect(stopped).rejects.toThrow('told to stop');
  const left = readdirSync(draft).length;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(readdirSync(draft)).toHaveLength(left);
});
