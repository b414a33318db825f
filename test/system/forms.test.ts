// Every command queries a model in the format that it was trained on.
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BadInputBench } from './bad-input-bench.ts';
import { CommandHost } from './command-host/command-host.ts';

let bench: BadInputBench;
const jsonl = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const chat = (...argv: string[]) =>
  new CommandHost(bench.env).run({
    argv: ['chat', ...argv, '--max-new-tokens', '2'],
    folder: bench.folder,
    input: 'Where is parcel 3?\n',
  });

describe.skipIf(!existsSync('build/attune.node'))('a model', () => {
  beforeAll(async () => {
    bench = await BadInputBench.make();
    const numbers = Array.from({ length: 30 }, (_, i) => i);
    bench.write('plain.jsonl', jsonl(numbers.map((i) => ({ prompt: `parcel ${i}:`, completion: `way ${i}` }))));
    const system = { role: 'system', content: 'Say where parcels are.' };
    const turns = (i: number) => [
      system,
      { role: 'user', content: `Where is parcel ${i}?` },
      { role: 'assistant', content: `Parcel ${i} is on its way.` },
    ];
    bench.write('told.jsonl', jsonl(numbers.map((i) => ({ messages: turns(i) }))));
    for (const name of ['plain', 'told']) {
      const options = ['--output-dir', name, '--evaluation.baselines', 'none', '--data.answer-space', 'auto'];
      const { code, stderr } = bench.run(bench.train({ rows: `${name}.jsonl` }, ...options));
      if (code !== 0) throw new Error(stderr);
    }
  });
  afterAll(() => bench.remove());

  const notes = (run: string) => JSON.parse(readFileSync(bench.path(`${run}/adapter/attune.json`), 'utf8')) as object;

  it('of prompts and completions is asked with texts, each alone, and says so', () => {
    expect(notes('plain')).toMatchObject({ has_template: false });
    const { code, stderr } = chat('plain');
    expect(code).toBe(0);
    expect(stderr).toContain('trained on plain prompts: each line is continued as text');
    expect(bench.failure(['chat', 'plain', '--system', 'x'], { input: 'a\n' }).code).toBe('E_USAGE');
    expect(chat('plain', '--turns').stderr).not.toContain('continued as text');
  });

  it('of conversations is told what every one of them began with', () => {
    expect(notes('told')).toMatchObject({ has_template: true, system_prompt: 'Say where parcels are.' });
    expect(chat('told').stderr).toContain('system, as in training: Say where parcels are.');
    expect(chat('told', '--system', 'Else.').stderr).not.toContain('as in training');
  });

  it('is exported for Ollama in that form', () => {
    expect(bench.run(['export', 'plain', '--to', 'gguf', '--dtype', 'f32']).code).toBe(0);
    expect(bench.text('plain/gguf/Modelfile')).toContain('TEMPLATE """{{ .Prompt }}"""');
    expect(bench.run(['export', 'told', '--to', 'gguf', '--dtype', 'f32']).code).toBe(0);
    expect(bench.text('told/gguf/Modelfile')).toContain('SYSTEM """Say where parcels are."""');
  });
});

describe.skipIf(!existsSync('build/attune.node'))('a dry run', () => {
  let own: BadInputBench;
  beforeAll(async () => {
    own = await BadInputBench.make();
  });
  afterAll(() => own.remove());

  it('tells time, memory, rows and tokens as JSON', () => {
    const { code, document } = own.run(own.train({}, '--dry-run', '--output-dir', 'dry'));
    expect(code).toBe(0);
    expect(document).toMatchObject({
      outcome: 'dry-run',
      plan: {
        rows: { train: 24, validation: 3, test: 3 },
        tokens: { input: expect.any(Number), loss: expect.any(Number) },
        steps: 3,
        seconds: expect.any(Number),
        memory: { peakBytes: expect.any(Number), availableBytes: expect.any(Number) },
        disk: { bytes: expect.any(Number), freeBytes: expect.any(Number) },
      },
    });
    expect(existsSync(own.path('dry'))).toBe(false);
  });

  it('refuses what training would: a folder that is taken, metrics of other rows', () => {
    const numbers = own.train({}, '--dry-run', '--evaluation.metrics', '[mae]');
    expect(own.failure(numbers).code).toBe('E_EVALUATION_IMPOSSIBLE');
    own.write('taken/events.jsonl', `${JSON.stringify({ at: 1, type: 'run-finished' })}\n`);
    expect(own.failure(own.train({}, '--dry-run', '--output-dir', 'taken')).code).toBe('E_RUN_EXISTS');
  });
});
