import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generate, openModel, type GeneratedRow } from '../../src/app/index.ts';
import { writeTinyModel } from './cli-tiny-model.ts';
import { CommandHost } from './command-host/command-host.ts';

let folder: string;
let host: CommandHost;
const prompts = Array.from({ length: 40 }, (_, i) => `parcel ${i} is ${'on its way '.repeat(i % 4)}`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'attune-generate-'));
  host = new CommandHost({ ...process.env, ATTUNE_HOME: join(folder, 'home') });
  await writeTinyModel(join(folder, 'model'), prompts.join('\n'));
  const rows = prompts.map((prompt) => JSON.stringify({ prompt, completion: 'home' }));
  writeFileSync(join(folder, 'rows.jsonl'), rows.join('\n'));
  writeFileSync(join(folder, 'backwards.jsonl'), rows.toReversed().join('\n'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function attune(...argv: string[]) {
  return host.run({ argv, folder });
}

function generated(input: string, ...options: string[]): GeneratedRow[] {
  const output = `${input}.answers`;
  const { code, stderr } = attune('generate', 'model', '--input', input, '--output', output, ...options);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return readFileSync(join(folder, output), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as GeneratedRow);
}

describe('attune generate', () => {
  it('answers by weights in int8 where it is told to, and says what they take', () => {
    const options = ['generate', 'model', '--input', 'rows.jsonl', '--max-new-tokens', '3', '--logprobs', '1'];
    const [dense, rounded] = ['dense', 'int8_forward'].map((storage) =>
      attune(...options, '--storage', storage, '--output', `${storage}.jsonl`),
    );
    expect([dense.code, rounded.code]).toEqual([0, 0]);
    expect(rounded.stderr).toMatch(/int8 copies of the weights of \d+ layers/);
    expect(dense.stderr).not.toMatch(/int8/);
    const [plain, own] = ['dense', 'int8_forward'].map((name) => readFileSync(join(folder, `${name}.jsonl`), 'utf8'));
    expect(own.split('\n')).toHaveLength(plain.split('\n').length);
    expect(own).not.toBe(plain);
  });

  it('answers each row n times, in the order of the file, with log-probabilities', () => {
    const options = [
      '--precision',
      'f32',
      '--max_new_tokens',
      '6',
      '--temperature',
      '1',
      '--top_p',
      '0.9',
      '--n',
      '3',
      '--logprobs',
      '2',
    ];
    const rows = generated('rows.jsonl', ...options);
    expect(rows.map(({ prompt, sample }) => [prompt, sample])).toEqual(
      prompts.flatMap((prompt) => [0, 1, 2].map((sample) => [prompt, sample])),
    );
    for (const { logprobs } of rows) {
      expect(logprobs?.length).toBeLessThanOrEqual(6);
      for (const { logprob, top_logprobs } of logprobs ?? []) {
        expect(top_logprobs).toHaveLength(2);
        expect(logprob).toBeLessThanOrEqual(top_logprobs![0].logprob);
      }
    }
    const answersOf = (all: readonly GeneratedRow[]) =>
      all.map((row) => `${row.prompt}|${row.sample}|${row.completion}`);
    const backwards = generated('backwards.jsonl', ...options);
    expect(answersOf(backwards).toSorted()).toEqual(answersOf(rows).toSorted());
  });

  it('holds every answer to a JSON schema, whole at the smallest budget too', () => {
    const schema = {
      type: 'object',
      properties: { place: { enum: ['home', 'away'] }, days: { type: 'integer', minimum: 0, maximum: 30 } },
      required: ['place', 'days'],
    };
    writeFileSync(join(folder, 'answer.schema.json'), JSON.stringify(schema));
    const options = ['--schema', 'answer.schema.json', '--temperature', '1.5'];
    const refusal = attune('generate', 'model', '--input', 'rows.jsonl', ...options, '--max-new-tokens', '3');
    expect(refusal.stderr).toContain('E_CONSTRAINT_TOO_LONG');
    const needed = /at least (\d+)/.exec(refusal.stderr)![1];
    for (const { completion, finish } of generated('rows.jsonl', ...options, '--max-new-tokens', needed)) {
      const { place, days } = JSON.parse(completion) as { place: string; days: number };
      expect(['home', 'away']).toContain(place);
      expect(Number.isInteger(days) && days >= 0 && days <= 30).toBe(true);
      expect(finish).toBe('stop');
    }
  });

  it('refuses what makes no sense by the name of the option, before a model is loaded', () => {
    for (const [option, value] of [
      ['--min-p', '2'],
      ['--top-k', '1.5'],
      ['--logit-bias', 'x'],
      ['--repetition-penalty', '0'],
      ['--n', '3'],
    ]) {
      const { code, stderr } = attune('generate', 'model', '--input', 'rows.jsonl', option, value);
      expect(code).toBe(1);
      expect(stderr).toContain(option);
      expect(stderr).not.toContain('loading');
    }
  });
});

describe('answering a file', () => {
  it('stopped, gives the rows that were answered until then', async () => {
    const controller = new AbortController();
    const { answers: rows = [] } = await generate(join(folder, 'model'), {
      input: join(folder, 'rows.jsonl'),
      maxNewTokens: 200,
      temperature: 1,
      n: 4,
      signal: controller.signal,
      onEvent: (event) => void (event.type === 'work-advanced' && controller.abort(new Error('enough'))),
    });
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThan(4 * prompts.length);
    expect(rows.length % 4).toBe(0);
  });

  it('refuses prompts that are too long by the lines where they stand', async () => {
    const input = join(folder, 'long.jsonl');
    const texts = ['parcel', 'parcel '.repeat(300), 'home', 'on '.repeat(400)];
    writeFileSync(input, texts.map((prompt) => JSON.stringify({ prompt, completion: 'home' })).join('\n'));
    await expect(generate(join(folder, 'model'), { input })).rejects.toMatchObject({
      code: 'E_PROMPT_TOO_LONG',
      problems: [
        { file: input, line: 2 },
        { file: input, line: 4 },
      ],
    });
  });
});

describe('a session', () => {
  it('answers requests that overlap, and goes on after one that failed or was given up', async () => {
    const talker = await openModel({ target: join(folder, 'model'), precision: 'f32' });
    const sampling = { maxNewTokens: 8, temperature: undefined };
    const controller = new AbortController();
    const watch = { onText: () => controller.abort(new Error('enough')), signal: controller.signal };
    const codeOf = (error: unknown) => (error as { code?: string }).code ?? (error as Error).message;
    const [one, many, ...failures] = await Promise.all([
      talker.answer([prompts[0]], sampling),
      talker.answer(prompts, sampling),
      talker.answer(['parcel '.repeat(300)], sampling).catch(codeOf),
      // Enough that the first text arrives long before the last one.
      talker.answer(Array(64).fill(prompts[1]), { maxNewTokens: 200, temperature: 1 }, watch).catch(codeOf),
    ]);
    expect(failures).toEqual(['E_PROMPT_TOO_LONG', 'enough']);
    expect(many[0]).toEqual(one[0]);
    expect(await talker.answer([prompts[0]], sampling)).toEqual(one);
    await talker.close();
  });
});
