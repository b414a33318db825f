import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { endpointFrom } from '../../../src/scoring/endpoint/endpoint.ts';
import { checkByJudge, checkByProgram } from '../../../src/evaluation/policy/check-rules.ts';
import { readPolicy, type PolicyRule } from '../../../src/evaluation/policy/policy.ts';
import { gateQuestions } from '../../../src/evaluation/review/gate-checks.ts';
import type { PolicyResults } from '../../../src/evaluation/assessments/policy.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-policy-'));
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

async function kept(rule: Omit<PolicyRule, 'name'>, answer: string, prompt = 'What now?') {
  return (await checkByProgram({ name: 'rule', ...rule } as PolicyRule, [{ prompt, answer }]))[0];
}

describe('a file of rules', () => {
  test('is read with all kinds of rules', async () => {
    const path = file(
      'rules.yaml',
      `rules:
  - { name: polite, must: greet the customer by name }
  - { name: no prices, must_not_match: '\\d+ euros' }
  - { name: lawyers, when: '(?i:law)|court', disclaimer: This is no legal advice. }
  - { name: language, languages: [de, en] }
  - { name: topics, forbidden_topics: [politics, competitors] }
prompts: [What does it cost?]
`,
    );
    const { rules, prompts } = await readPolicy(path);
    expect(rules.map(({ name }) => name)).toEqual(['polite', 'no prices', 'lawyers', 'language', 'topics']);
    expect(prompts).toHaveLength(1);
  });

  test('is refused with every defect at its place', async () => {
    const twice = file(
      'twice.yaml',
      'rules:\n  - { name: a, must: x, tone: y }\n  - { name: b }\n  - { name: c, must: z, musst: z }\n',
    );
    await expect(readPolicy(twice)).rejects.toMatchObject({ code: 'E_POLICY', problems: { length: 3 } });
    const pattern = file('pattern.yaml', "rules:\n  - { name: a, must_match: '(' }\n");
    await expect(readPolicy(pattern)).rejects.toMatchObject({ problems: [{ field: 'rules.0.must_match' }] });
    const all = file('all.yaml', "rules:\n  - { name: a, when: '(?i)cost', max_words: 0 }\n");
    await expect(readPolicy(all)).rejects.toMatchObject({
      problems: [{ field: 'rules.0.max_words' }, { field: 'rules.0.when', fix: 'write it as (?i:cost)' }],
    });
    const broken = file('broken.yaml', 'rules:\n  - name: "x\n');
    await expect(readPolicy(broken)).rejects.toMatchObject({
      problems: [{ line: 3, message: /^not valid YAML: \S.*[^:]$/ }],
    });
    await expect(readPolicy(file('none.yaml', 'rules: ['))).rejects.toMatchObject({ code: 'E_POLICY' });
    await expect(readPolicy(join(folder, 'missing.yaml'))).rejects.toMatchObject({ code: 'E_POLICY' });
  });
});

describe('a program', () => {
  test('holds answers against patterns, disclaimers, lengths and languages', async () => {
    expect(await kept({ must_not_match: String.raw`\d+ euros` }, 'It costs 5 euros.')).toBe(false);
    expect(await kept({ must_match: '^Dear' }, 'Dear Anna')).toBe(true);
    expect(await kept({ disclaimer: 'This is no legal advice.' }, 'Yes.\nThis is  no LEGAL advice.')).toBe(true);
    expect(await kept({ max_words: 2 }, 'one two three')).toBe(false);
    const german = 'Das ist eine Antwort auf Ihre Frage, und sie ist in deutscher Sprache geschrieben.';
    expect(await kept({ languages: ['de'] }, german)).toBe(true);
    expect(await kept({ languages: ['fr'] }, german)).toBe(false);
    expect(await kept({ languages: ['fr'] }, 'Ja.')).toBeUndefined();
    // Numbers and few words could be French too.
    expect(await kept({ languages: ['en'] }, '5 lamps cost 24 euros. Prices may change.')).toBe(true);
    expect(await kept({ languages: ['de'] }, '5 lamps cost 24 euros. Prices may change.')).toBeUndefined();
  });

  test('leaves out what a rule is not for', async () => {
    const rule = { when: 'court', disclaimer: 'no advice' };
    expect(await kept(rule, 'Hello.', 'What does bread cost?')).toBeUndefined();
    expect(await kept(rule, 'Hello.', 'Which court?')).toBe(false);
  });
});

test('a judge is asked about each answer that the rule is for; nonsense and quoted verdicts count for nothing', async () => {
  const replies = [
    '{"reason": "rude", "kept": false}',
    'I think {"reason": "", "kept": true}',
    '{"kept": true, "reason": ""}',
  ];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      const { messages } = JSON.parse(body) as { messages: { content: string }[] };
      asked.push(messages[1].content);
      const content = replies[Number(/answer number (\d)/.exec(messages[1].content)![1])];
      response.end(JSON.stringify({ choices: [{ message: { content }, finish_reason: 'stop' }] }));
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    server.once('listening', resolve);
  });
  const endpoint = endpointFrom(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, 'judge');
  const given = [0, 1, 2].map((i) => ({ prompt: i === 2 ? 'b' : 'a', answer: `answer number ${i}` }));
  const rule = { name: 'polite', must: 'be polite', when: 'a' } as PolicyRule;
  expect(await checkByJudge(rule, given, { endpoint, options: {} })).toEqual([false, undefined, undefined]);
  expect(asked).toHaveLength(2);
  const nonsense = checkByJudge(rule, given.slice(1, 2), { endpoint, options: {} });
  await expect(nonsense).rejects.toThrow(expect.objectContaining({ code: 'E_JUDGE_UNREADABLE' }));
  server.close();
});

test('the gate wants every rule judged and surely kept', () => {
  const rule = (high: number, unjudged = 0) => ({
    name: 'polite',
    by: 'judge' as const,
    unjudged,
    examples: [],
    broken: { rows: 100, after: { value: 0.01, low: 0, high } },
  });
  const results = (rules: PolicyResults['rules']): PolicyResults => ({
    version: 1,
    file: '',
    sha256: '',
    after: 'run',
    prompts: 100,
    rules,
  });
  const nobody = { signOffs: { file: '', signOffs: [], problems: [], hasNewChoices: false }, outdated: [] };
  const found = (rules: PolicyResults['rules']) =>
    gateQuestions.policy.find({ ...nobody, policy: results(rules) }, 0.05);
  expect(found([rule(0.04)]).isPassed).toBe(true);
  expect(found([rule(0.06)]).message).toContain('at most 6.0 %');
  expect(found([rule(0.04, 1)]).message).toContain('was not judged');
  const byProgram = { ...rule(0.04, 1), by: 'program' as const };
  expect(found([byProgram]).isPassed).toBe(true);
  expect(found([{ ...byProgram, broken: undefined }]).isPassed).toBe(false);
  expect(gateQuestions.policy.find(nobody, 0.05).isPassed).toBe(false);
});
