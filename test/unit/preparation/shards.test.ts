import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { dataMerge, dataPipeline, dataShard } from '../../../src/app/data-pipeline.ts';
import { randomUint32 } from '../../../src/base/random.ts';
import { KEYS, startS3Server, type S3Server } from '../store/s3-server.ts';

let folder: string;
let server: S3Server;
const before = { ...process.env };
beforeAll(async () => {
  server = await startS3Server();
  Object.assign(process.env, KEYS);
});
afterAll(async () => {
  process.env = before;
  await server.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-shards-test-'));
  process.env.ATTUNE_HOME = join(folder, 'home');
  server.objects.clear();
  server.fault = () => undefined;
  mkdirSync(join(folder, 'data'));
  for (const [index, name] of ['a', 'b', 'c', 'd', 'e', 'f'].entries()) write(`${name}.jsonl`, 30, 20 * index);
  writeFileSync(join(folder, 'data', 'note.bin'), Buffer.from([0, 1, 2, 3]));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const sentence = (seed: number) =>
  Array.from({ length: 14 }, (_, index) => `w${randomUint32([seed, 'words', index]) % 5000}`).join(' ');

/** Files overlap, so that duplicates are in several shards; some rows differ by a word, and some are invalid. */
function write(name: string, count: number, from: number): void {
  const rows = Array.from({ length: count }, (_, index) => {
    const id = from + index;
    if (id % 17 === 3) return '{"id": broken';
    const text = name > 'c' && id % 5 === 0 ? `${sentence(id)} more` : sentence(id);
    return JSON.stringify({ id: index % 2 ? id : `${name}${id}`, user: `u${id % 20}`, text });
  });
  writeFileSync(join(folder, 'data', name), `${rows.join('\n')}\n`);
}

const STEPS = {
  deduplicated: [
    { step: 'records' },
    { step: 'normalise' },
    { step: 'deduplicate' },
    { step: 'quality', action: 'flag' },
  ],
  alone: [{ step: 'records' }, { step: 'normalise' }],
  redacted: [{ step: 'records' }, { step: 'redact', subject: 'user' }],
};
const spec = (steps: keyof typeof STEPS, sources = 'data') => ({
  sources,
  steps: STEPS[steps],
  split: { validation: 0.1, test: 0.1, group_by: 'user' },
});
const options = (home: string) => {
  process.env.ATTUNE_HOME = join(folder, home);
  return { base: folder, processes: 1, threads: 1, output: join(folder, `out-${home}`) };
};
const contentOf = (path: string) =>
  readdirSync(path, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .filter((name) => /\.\w+$/.test(name))
    .map((name) => [name, readFileSync(join(path, name), 'utf8')]);

async function shard(pipeline: ReturnType<typeof spec>, index: number, count: number, to: string) {
  return dataShard(pipeline, { ...options(`machine-${index}`), output: to, shard: `${index}/${count}` });
}

it.each(['deduplicated', 'alone', 'redacted'] as const)(
  'parts that shards make in any order are one data set, byte for byte that of one run: %s',
  { timeout: 60_000 },
  async (steps) => {
    const { folder: whole, manifest } = await dataPipeline(spec(steps), options('whole'));
    const parts = join(folder, 'parts');
    for (const index of [2, 0, 1]) await shard(spec(steps), index, 3, parts);
    const merged = await dataMerge(spec(steps), parts, options('merged'));
    expect(merged.manifest).toEqual(manifest);
    expect(contentOf(merged.folder)).toEqual(contentOf(whole));
    expect(manifest.steps.flatMap(({ leftOut }) => leftOut)).toHaveLength(steps === 'deduplicated' ? 2 : 0);
  },
);

it('a part that is there already, of the same files and steps, is not made again', async () => {
  const parts = join(folder, 'parts');
  const first = await shard(spec('alone'), 0, 2, parts);
  expect(first).toMatchObject({ isNew: true, counts: { files: 4 } });
  rmSync(join(folder, 'machine-0'), { recursive: true });
  expect(await shard(spec('alone'), 0, 2, parts)).toEqual({ ...first, isNew: false });
  expect((await shard(spec('deduplicated'), 0, 2, parts)).isNew).toBe(true);
  write('a.jsonl', 30, 7);
  expect((await shard(spec('deduplicated'), 0, 2, parts)).isNew).toBe(true);
});

it('parts that are missing, changed, or made of something else are named, all of them', async () => {
  const parts = join(folder, 'parts');
  const merge = () => dataMerge(spec('alone'), parts, options('merged'));
  await expect(merge()).rejects.toMatchObject({ code: 'E_PARTS_MISSING', got: 'no part' });
  await shard(spec('alone'), 1, 3, parts);
  await expect(merge()).rejects.toMatchObject({
    code: 'E_PARTS_MISSING',
    problems: [{ message: '1 parts of 3', fix: 'run --shard 0/3, 2/3' }],
  });
  await shard(spec('deduplicated'), 0, 3, parts);
  write('z.jsonl', 3, 900);
  await shard(spec('alone'), 2, 3, parts);
  await expect(merge()).rejects.toMatchObject({
    code: 'E_PARTS_DIFFER',
    problems: [{ file: 'part-00000-of-00003' }, { file: 'part-00002-of-00003' }],
  });
  rmSync(join(folder, 'data', 'z.jsonl'));
  for (const index of [0, 2]) await shard(spec('alone'), index, 3, parts);
  const [name] = readdirSync(join(parts, 'part-00000-of-00003')).filter((one) => one !== 'manifest.json');
  const path = join(parts, 'part-00000-of-00003', name);
  writeFileSync(path, readFileSync(path, 'utf8').replace('w', 'v'));
  await expect(merge()).rejects.toMatchObject({ code: 'E_BAD_PART' });
});

it(
  'shards read from a bucket and meet in it; a bucket that is away asks for another attempt',
  { timeout: 60_000 },
  async () => {
    const { manifest } = await dataPipeline(spec('deduplicated'), options('whole'));
    for (const name of readdirSync(join(folder, 'data')))
      server.objects.set(`attune/data/${name}`, readFileSync(join(folder, 'data', name)));
    const at = (path: string) => server.url.replace('/attune', `/attune/${path}`);
    const pipeline = spec('deduplicated', at('data'));
    for (const index of [1, 0]) await shard(pipeline, index, 2, at('parts'));
    const merged = await dataMerge(pipeline, at('parts'), options('merged'));
    expect(merged.manifest).toEqual(manifest);
    expect(await shard(pipeline, 1, 2, at('parts'))).toMatchObject({ isNew: false });
    server.fault = () => ({ status: 503, code: 'SlowDown' });
    await expect(shard(pipeline, 0, 2, at('parts'))).rejects.toMatchObject({ exitCode: 2 });
    server.fault = () => ({ status: 403, code: 'AccessDenied' });
    await expect(shard(pipeline, 0, 2, at('parts'))).rejects.toMatchObject({ code: 'E_OBJECTS_DENIED', exitCode: 1 });
  },
);

it.each(['3', '3/3', 'a/2', '-1/2', '0/0'])('a shard %s is refused', async (given) => {
  const output = join(folder, 'parts');
  await expect(dataShard(spec('alone'), { ...options('x'), output, shard: given })).rejects.toMatchObject({
    code: 'E_USAGE',
    expected: expect.stringContaining('INDEX/COUNT'),
  });
});
