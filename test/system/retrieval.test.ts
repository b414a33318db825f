// Vectors of texts and images on the command line, and search in an index of them.
import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openEmbedder, openIndex, retrieve } from '../../src/app/index.ts';
import { BadInputBench } from './bad-input-bench.ts';
import { writeTinyBert } from './cli-tiny-bert.ts';
import { writeTinyClip } from './cli-tiny-clip.ts';
import { expectSameRows } from '../engine/row-bits.ts';
import { flatPng } from '../unit/app/embed/flat-png.ts';

let bench: BadInputBench;
const topics = ['parcel', 'invoice', 'login', 'refund', 'weather'];

describe.skipIf(!existsSync('build/attune.node'))('vectors', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    vi.stubEnv('ATTUNE_IN_PROCESS', '1');
    writeTinyBert(bench.path('bert'), [...topics, 'question', 'answer', 'about']);
    const lines = Array.from(
      { length: 60 },
      (_, i) => `${i},question about ${topics[i % 5]} ${i * i},answer ${topics[i % 5]} ${i * i}`,
    );
    bench.write('faq.csv', ['id,ask,reply', ...lines].join('\n'));
    const recipe = [
      'model: bert',
      'data: { train: faq.csv, columns: { anchor: ask, positive: reply } }',
      'objective: contrastive',
      'training: { learning_rate: 1e-2, max_steps: 40, precision: f32 }',
      'evaluation: { every: never }',
      'output_dir: run',
    ];
    bench.write('recipe.yaml', recipe.join('\n'));
    const { code, document, stderr } = bench.run(['train', 'recipe.yaml']);
    if (code !== 0) throw new Error(JSON.stringify(document) + stderr);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    bench.remove();
  });

  it('of texts are as the model says, the same in a file and in memory', async () => {
    const made = bench.run(['embed', 'run', '--input', 'faq.csv', '--text-column', 'reply', '--output', 'v.jsonl']);
    expect(made.document, made.stderr).toMatchObject({
      rows: 60,
      width: 64,
      isNormalised: true,
      cut: 0,
      columns: ['reply'],
    });
    const [first] = bench.text('v.jsonl').split('\n');
    const row = JSON.parse(first) as { id: string; reply: string; vector: number[] };
    expect([row.id, row.reply, row.vector.length]).toEqual(['0', 'answer parcel 0', 64]);
    expect(Math.hypot(...row.vector)).toBeCloseTo(1, 5);
    const embedder = await openEmbedder({ target: bench.path('run') });
    const [vector, again] = await embedder.embed([row.reply, { text: row.reply }]);
    await embedder.close();
    for (const [i, value] of row.vector.entries()) expect(vector[i]).toBeCloseTo(value, 5);
    expectSameRows([...again], [...vector], 1e-6);
  });

  it('of an encoder that does not say how are made as asked only', () => {
    expect(bench.failure(['embed', 'bert', '--text', 'parcel'])).toMatchObject({
      code: 'E_POOLING',
      fix: expect.stringContaining('--pooling mean') as string,
    });
    expect(bench.run(['embed', 'bert', '--text', 'parcel', '--pooling', 'mean']).document).toMatchObject({
      rows: 1,
      width: 64,
    });
    const long = bench.run(['embed', 'bert', '--text', 'parcel '.repeat(600), '--pooling', 'mean']);
    expect(long.document).toMatchObject({ rows: 1, cut: 1 });
    expect(long.stderr).toContain("1 text is longer than the model's context");
    expect(bench.failure(['embed', 'run', '--text', 'parcel', '--pooling', 'first']).code).toBe('E_POOLING');
    expect(bench.failure(['embed', 'run', '--text', 'a', '--prompt', 'query']).code).toBe('E_PROMPT_UNKNOWN');
    expect(bench.failure(['embed', 'run', '--input', 'faq.csv']).code).toBe('E_USAGE');
  });

  it('are searched by what a query means, by the columns that the run was trained on', () => {
    const made = bench.run(['retrieve', 'index', 'run', '--input', 'faq.csv', '--output', 'index']);
    expect(made.document, made.stderr).toMatchObject({ rows: 60, added: 60, kind: 'exact', columns: ['reply'] });
    bench.write('asked.csv', 'ask,who\nquestion about login 49,anna\nquestion about weather 16,bert\n');
    const { document, stderr } = bench.run([
      'retrieve',
      'query',
      'index',
      '--input',
      'asked.csv',
      '--top-k',
      '3',
      '--output',
      'hits.csv',
    ]);
    expect(document, stderr).toMatchObject({ queries: 2, rows: 60, file: 'hits.csv' });
    const [header, ...lines] = bench.text('hits.csv').trim().split('\n');
    expect([header, lines.length]).toEqual(['query_ask,query_who,rank,score,id,ask,reply', 6]);
    expect([lines[0], lines[3]]).toEqual([
      expect.stringContaining('answer login'),
      expect.stringContaining('answer weather'),
    ]);
  });

  it('are kept with rows that are added, and refused with another model', async () => {
    bench.write('more.jsonl', '{"reply":"answer invoice 7"}\n');
    expect(bench.failure(['retrieve', 'index', 'run', '--input', 'more.jsonl', '--output', 'index']).code).toBe(
      'E_OUTPUT_EXISTS',
    );
    const added = bench.run(['retrieve', 'index', 'run', '--input', 'more.jsonl', '--output', 'index', '--add']);
    expect(added.document, added.stderr).toMatchObject({ rows: 61, added: 1 });
    expect(
      bench.failure([
        'retrieve',
        'index',
        'bert',
        '--pooling',
        'mean',
        '--input',
        'more.jsonl',
        '--output',
        'index',
        '--add',
      ]).code,
    ).toBe('E_INDEX_STALE');
    const index = await openIndex(bench.path('index'));
    const [[best]] = await index.query(['answer invoice 7'], { topK: 1 });
    await index.close();
    expect([best.rank, best.place, best.row]).toEqual([1, 60, { reply: 'answer invoice 7' }]);
    await expect(openIndex(bench.path('index'), { model: bench.path('bert') })).rejects.toThrow(
      /E_POOLING|does not say/,
    );
    bench.edit('run/adapter/attune.json', { embedding: { pooling: 'max' } });
    expect(bench.failure(['retrieve', 'query', 'index', '--text', 'a']).code).toBe('E_INDEX_STALE');
    await expect(openIndex(bench.path('bert'))).rejects.toMatchObject({ code: 'E_INDEX_MISSING' });
  });

  it('of images are found by texts', async () => {
    writeTinyClip(bench.path('clip'), ['red', 'blue']);
    bench.write('photos/red.png', flatPng([255, 0, 0]));
    bench.write('photos/blue.png', flatPng([0, 0, 255]));
    const made = await retrieve.index(bench.path('clip'), {
      input: bench.path('photos'),
      output: bench.path('pictures'),
    });
    expect(made).toMatchObject({ rows: 2, columns: ['image'] });
    const { document } = bench.run(['retrieve', 'query', 'pictures', '--image', 'photos/red.png', '--top-k', '1']);
    expect(document).toMatchObject({ answers: [{ hits: [{ rank: 1, row: { image: 'red.png' } }] }] });
    expect(bench.run(['retrieve', 'query', 'pictures', '--text', 'red']).document).toMatchObject({
      answers: [{ hits: [{}, {}] }],
    });
    expect(bench.failure(['embed', 'run', '--input', 'photos', '--output', 'no.npy']).code).toBe('E_WRONG_ROWS');
    bench.write('photos/bad.png', 'x');
    const failed = bench.failure(['retrieve', 'index', 'clip', '--input', 'photos', '--output', 'never']);
    expect([failed.code, readdirSync(bench.folder).some((name) => name.includes('never'))]).toEqual([
      'E_MEDIA_UNREADABLE',
      false,
    ]);
  });
});
