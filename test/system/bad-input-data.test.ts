import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadInputBench } from './bad-input-bench.ts';

let bench: BadInputBench;
beforeAll(async () => {
  bench = await BadInputBench.make();
});
afterAll(() => bench.remove());

const hasEngine = existsSync('build/attune.node');

function messages(...contents: string[]): string {
  const roles = ['user', 'assistant'];
  return `${JSON.stringify({ messages: contents.map((content, i) => ({ role: roles[i % 2], content })) })}\n`;
}

describe.skipIf(!hasEngine)('bad data', () => {
  it('that is not there, of no rows, or of no known kind is refused', () => {
    expect(bench.failure(bench.trainOn('nothing.jsonl')).code).toBe('E_FILE_MISSING');
    bench.write('empty.jsonl', '');
    expect(bench.failure(bench.trainOn('empty.jsonl')).code).toBe('E_NO_ROWS');
    bench.write('blank.jsonl', '\n\n  \n');
    expect(bench.failure(bench.trainOn('blank.jsonl')).code).toBe('E_NO_ROWS');
    bench.write('odd.jsonl', '{"colour": "red"}\n');
    expect(bench.failure(bench.trainOn('odd.jsonl')).code).toBe('E_UNKNOWN_FORMAT');
  });

  it('of one row cannot be split, but can be trained on where nothing is to be held out', () => {
    bench.write('one.jsonl', messages('Where is it?', 'On its way.'));
    const error = bench.failure(bench.trainOn('one.jsonl'));
    expect(error).toMatchObject({ code: 'E_SPLIT_IMPOSSIBLE', fix: expect.stringContaining('set it to 0') });
    const argv = bench.train({ rows: 'one.jsonl' }, '--validation', '0', '--test', '0', '--output-dir', 'one');
    const { code, document } = bench.run(argv);
    expect({ code, outcome: document.outcome, step: document.step }).toEqual({ code: 0, outcome: 'finished', step: 3 });
  });

  it('of rows with nothing to learn is refused with each row', () => {
    const silent = { role: 'assistant', content: 'On its way.', weight: 0 };
    const row = (i: number) =>
      `${JSON.stringify({ messages: [{ role: 'user', content: `Where is ${i}?` }, silent] })}\n`;
    bench.write('masked.jsonl', messages('Good?', 'Good.') + row(1) + messages('Fine?', 'Fine.') + row(2));
    const error = bench.failure(bench.trainOn('masked.jsonl', '--validation', '0', '--test', '0'));
    expect(error.code).toBe('E_BAD_ROWS');
    expect(error.problems.map(({ line }) => line)).toEqual([2, 4]);
  });

  it('longer than the model is refused with its rows, or cut or dropped where that is chosen, and never in silence', () => {
    const long = Array.from({ length: 400 }, (_, i) => `word${i}`).join(' ');
    bench.write('long.jsonl', bench.text('good.jsonl') + messages('Tell all.', long));
    const settings = ['--max-length', '100000', '--validation', '0', '--test', '0'];
    const error = bench.failure(bench.trainOn('long.jsonl', ...settings));
    expect(error.code).toBe('E_ROWS_TOO_LONG');
    expect(error.problems.map(({ line }) => line)).toEqual([31]);
    expect(error.what).toContain("the model's context (256 tokens)");
    const { code, stderr } = bench.run(bench.trainOn('long.jsonl', ...settings, '--long-rows', 'drop'));
    expect(code).toBe(0);
    expect(stderr).toMatch(/1 row too long/);
    bench.write('only-long.jsonl', messages('Tell all.', long));
    expect(bench.failure(bench.trainOn('only-long.jsonl', ...settings, '--long-rows', 'drop')).code).toBe('E_NO_ROWS');
  });

  it('with wrong JSON, wrong UTF-8 and missing fields is refused with every line, all at once', () => {
    const bad = [
      Buffer.from(messages('Good?', 'Good.')),
      Buffer.from('{"messages": [{"role": "user", "content": "Caf\u00e9'),
      Buffer.from('\n'),
      Buffer.concat([
        Buffer.from('{"messages": [{"role": "user", "content": "Caf'),
        Buffer.from([0xe9]),
        Buffer.from('"}]}\n'),
      ]),
      Buffer.from('{"messages": [{"role": "user"}, {"role": "assistant", "content": "Yes."}]}\n'),
    ];
    bench.write('bad.jsonl', Buffer.concat(bad));
    const error = bench.failure(bench.trainOn('bad.jsonl'));
    expect(error.code).toBe('E_BAD_ROWS');
    expect([...new Set(error.problems.map(({ line }) => line))]).toEqual([2, 3, 4]);
    expect(error.problems.map(({ message }) => message).join('\n')).toMatch(/UTF-8/);
    for (const problem of error.problems) expect(problem.file).toContain('bad.jsonl');
  });

  it('with a line of 200 MB is refused with that line', () => {
    const descriptor = openSync(bench.path('huge.jsonl'), 'w');
    writeSync(descriptor, messages('Good?', 'Good.'));
    writeSync(descriptor, '{"messages": [{"role": "user", "content": "');
    const piece = Buffer.alloc(20_000_000, 'x');
    for (let i = 0; i < 10; i++) writeSync(descriptor, piece);
    writeSync(descriptor, `"}]}\n${messages('Fine?', 'Fine.')}`);
    closeSync(descriptor);
    const error = bench.failure(bench.trainOn('huge.jsonl'));
    expect(error.code).toBe('E_BAD_ROWS');
    expect(error.problems).toMatchObject([{ line: 2, message: expect.stringContaining('200.0 MB') }]);
  });
});

describe('a bad recipe', () => {
  it('with unknown keys and wrong values is refused with all of them, their lines, and what was meant', () => {
    bench.write('bad.yaml', 'model: model\ndata: good.jsonl\ntraining:\n  epoch: 2\n  sed: 1\n  batch_size: many\n');
    const error = bench.failure(['train', 'bad.yaml']);
    expect(error.code).toBe('E_RECIPE');
    expect(error.problems.map(({ line }) => line)).toEqual([4, 5, 6]);
    expect(error.problems[1].fix).toContain('training.seed');
  });

  it('as a flag that does not exist is refused with the nearest one', () => {
    const error = bench.failure(bench.train({}, '--lerning-rate', '1e-3'));
    expect(JSON.stringify(error)).toContain('learning_rate');
  });
});
