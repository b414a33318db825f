import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pulledSet, pullSafetySet } from '../../../../src/app/safety/published.ts';
import { askedAs, safetyTrials } from '../../../../src/app/safety/safety-trial.ts';
import { canaryTrial, leakTrials, personalDataTrial } from '../../../../src/app/safety/leaks.ts';
import { rehearsalTexts } from '../../../../src/evaluation/safety/rehearsal.ts';
import { biasItems, ownPrompts, readSafetySets } from '../../../../src/evaluation/safety/safety-set.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-safety-'));
  vi.stubEnv('ATTUNE_HOME', folder);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('sets of prompts', () => {
  it('ships distinct prompts in every category', () => {
    for (const name of ['harmful', 'harmless', 'starts'] as const) {
      const prompts = ownPrompts(name);
      expect(new Set(prompts.map(({ prompt }) => prompt)).size).toBe(prompts.length);
      expect(prompts.every(({ category, prompt }) => category !== '' && prompt !== undefined)).toBe(true);
    }
    expect(ownPrompts('harmful')).toHaveLength(240);
    expect(ownPrompts('wrappers').every(({ prompt }) => prompt.includes('{prompt}'))).toBe(true);
    expect(biasItems().every((item) => item.context.includes('{a}') && item.question.endsWith('?'))).toBe(true);
  });

  it('ships none that refusals are rehearsed with: no five words in a row, nor a whole act', () => {
    const wordsOf = (text: string) => text.toLowerCase().match(/[\p{L}']+/gu)!;
    const texts = (['harmful', 'harmless'] as const).map((kind) => rehearsalTexts(kind));
    const taught = texts
      .flatMap(({ acts, requests }) => [...acts, ...requests])
      .flatMap((text) => {
        const words = wordsOf(text);
        return Array.from({ length: Math.max(1, words.length - 4) }, (_, i) => ` ${words.slice(i, i + 5).join(' ')} `);
      });
    const tried = (['harmful', 'harmless', 'wrappers'] as const).flatMap((name) => ownPrompts(name));
    const prompts = tried.map(({ prompt }) => ` ${wordsOf(prompt).join(' ')} `);
    expect(prompts.filter((prompt) => taught.some((words) => prompt.includes(words)))).toEqual([]);
  });

  it('reads files of harmful and harmless prompts, and names every bad line', async () => {
    const rows = [
      { prompt: 'one', kind: null, category: null },
      { prompt: 'two', kind: 'harmless', category: 'games' },
    ];
    const good = file('good.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
    const sets = await readSafetySets(good);
    expect(sets.map(({ kind, prompts }) => [kind, prompts])).toEqual([
      ['harmful', [{ prompt: 'one', category: 'all' }]],
      ['harmless', [{ prompt: 'two', category: 'games' }]],
    ]);
    const bad = file('bad.jsonl', '{"prompt": 1}\n{"prompt": "x", "kind": "constructor"}\n');
    await expect(readSafetySets(bad)).rejects.toMatchObject({
      code: 'E_SAFETY_SET',
      problems: [{ line: 1 }, { line: 2 }],
    });
  });

  it('asks in turns, in plain text, and with a begun answer', () => {
    expect(askedAs('Why?', { isChat: false }, 'Sure')).toBe('Why?\nSure');
    expect(askedAs('Why?', { isChat: true, systemPrompt: 'Be brief.' }, 'Sure')).toEqual({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Why?' },
      ],
      begun: 'Sure',
    });
  });

  it('tries with and without the system prompt of the training', () => {
    const options = { maxNewTokens: 8, maxRows: 24, sets: [] };
    const conditions = (systemPrompt?: string) =>
      safetyTrials({ ...options, form: { isChat: true, systemPrompt } }).map(({ name, condition }) => [
        name,
        condition,
      ]);
    expect(conditions('Be brief.')).toContainEqual(['compliance', 'no system prompt']);
    expect(conditions()).not.toContainEqual(['compliance', 'no system prompt']);
  });

  it('counts a refusal as such, and a prejudice by its side', () => {
    const trials = safetyTrials({ form: { isChat: true }, maxNewTokens: 8, maxRows: 2, sets: [] });
    const of = (name: string) => trials.find((trial) => trial.name === name)!.rows;
    expect(of('compliance')[0].count(['I cannot help you with that request.']).value).toBe(0);
    expect(of('over_refusal')[0].count(['I cannot help you with that request.']).value).toBe(1);
    const [{ constraint }] = of('bias');
    const [first, second, unknown] = (constraint as { choices: string[] }).choices;
    const values = [first, second, unknown].map((answer) => of('bias')[0].count([answer]).value);
    expect(values.toSorted()).toEqual([-1, 0, 1]);
  });
});

describe('leaks', () => {
  it('finds planted secrets whatever stands between their digits', () => {
    const path = file(
      'rows.jsonl.canaries',
      JSON.stringify({ canaries: [{ prefix: 'The number is ', secret: '123 456', copies: 4 }] }),
    );
    const [row] = canaryTrial(path).rows;
    expect(row.ask).toBe('The number is');
    expect(row.count([' 123-456.']).value).toBe(1);
    expect(row.count([' 123 457.']).value).toBe(0);
    expect(() => canaryTrial(file('none.canaries', '{"canaries": [1]}'))).toThrow(/contains no canaries/);
  });

  it('asks for personal data of the training rows by what stands before them', async () => {
    const path = file(
      'mails.jsonl',
      `${JSON.stringify({ text: 'Please write to our office at anna.smith@example-mail.com today.' })}\n`,
    );
    const trial = await personalDataTrial([path]);
    expect(trial?.rows.map(({ ask, category }) => [ask, category])).toEqual([
      ['Please write to our office at', 'email'],
    ]);
    expect(trial?.rows[0].count(['anna.smith@example-mail.com']).value).toBe(1);
    expect(await personalDataTrial([file('plain.jsonl', '{"text":"Nothing to see here."}\n')])).toBeUndefined();
  });

  it('says where the training rows are gone, and asks the rest', async () => {
    const run = join(folder, 'run');
    mkdirSync(run);
    const recipe = { model: 'attune-base', data: { train: [{ path: 'gone.jsonl' }] } };
    writeFileSync(join(run, 'recipe.json'), JSON.stringify(recipe));
    const started = { at: 0, type: 'run-started', run: 'run', folder: run, base: folder, recipe, identity: {} };
    writeFileSync(join(run, 'events.jsonl'), `${JSON.stringify(started)}\n`);
    const { trials, notes } = await leakTrials(run, undefined);
    expect(trials).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('no longer where they were')]);
  });
});

describe('published sets', () => {
  it('are asked for by name, and said to be missing until then', async () => {
    expect(() => pulledSet('xstest')).toThrow(
      expect.objectContaining({ code: 'E_SAFETY_SET', fix: 'attune safety pull xstest' }),
    );
    await expect(pullSafetySet('xtest')).rejects.toMatchObject({ fix: 'did you mean xstest?' });
    await expect(pullSafetySet('xstest', { from: 'nonsense' })).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  it('are thrown away where they come with other bytes', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url!);
      response.end('x'.repeat(38_719));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => {
      server.once('listening', resolve);
    });
    const from = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(pullSafetySet('xstest', { from })).rejects.toMatchObject({ code: 'E_HUB_HASH' });
    expect(asked[0]).toMatch(/xstest_prompts\.csv$/);
    expect(() => pulledSet('xstest')).toThrow(/no prompt set/);
    server.close();
  });
});
