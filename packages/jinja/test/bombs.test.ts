import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';

interface Result {
  name: string;
  outcome: string;
  milliseconds: number;
}

describe('a template that asks for too much', () => {
  let results: Result[];

  beforeAll(() => {
    // A template that exceeds this is killed.
    const args = ['--max-old-space-size=128', fileURLToPath(new URL('./run-bombs.ts', import.meta.url))];
    results = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Result[];
  }, 60_000);

  test('ends in a refusal, or in a small text', () => {
    expect(results.length).toBeGreaterThan(90);
    const rendered = results.filter(({ outcome }) => outcome.startsWith('rendered'));
    const lengths = rendered.map(({ outcome }) => Number(/\d+/.exec(outcome)![0]));
    expect(Math.max(...lengths)).toBeLessThan(2 ** 23);
    const refusals = new Set(['TemplateLimitError', 'TemplateFailure', 'TemplateSyntaxError']);
    const others = results.filter((result) => !rendered.includes(result) && !refusals.has(result.outcome));
    expect(others).toEqual([]);
    // Reported attacks: lists and texts that double, and loops that print lists.
    const byName = new Map(results.map(({ name, outcome }) => [name, outcome]));
    for (const name of ['rangePrint', 'rangeSet', 'listDouble', 'textDouble', 'nestedShare', 'kmp', 'recursion'])
      expect([name, byName.get(name)]).toEqual([name, 'TemplateLimitError']);
  });

  test('takes less than two seconds', () => {
    expect(results.filter(({ milliseconds }) => milliseconds > 2000)).toEqual([]);
  });
});
