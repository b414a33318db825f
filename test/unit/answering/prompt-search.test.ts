import { describe, expect, test } from 'vitest';
import { paretoWins } from '../../../src/answering/prompting/search/pareto.ts';
import { instructionIn } from '../../../src/answering/prompting/search/reflection.ts';
import { searchPrompt } from '../../../src/answering/prompting/search/search-prompt.ts';
import { halvingCost } from '../../../src/answering/prompting/search/shot-choice.ts';
import type { Prompting } from '../../../src/answering/prompting/prompting.ts';
import type { PromptTrial } from '../../../src/answering/prompting/search/prompt-trial.ts';
import type { CompletionExample, Example } from '../../../src/data/example.ts';
import { promptingSchema } from '../../../src/methods/recipe/recipe-prompting.ts';

/** Answers are the words of the prompt in a form that only the instruction determines. */
const rules: Record<string, (text: string) => string> = {
  upper: (text) => text.toUpperCase(),
  reversed: (text) => [...text].toReversed().join(''),
  brackets: (text) => `[${text}]`,
};
const PLANTED = ['upper', 'brackets'];

function apply(names: readonly string[], text: string): string {
  return names.reduce((made, name) => rules[name](made), text);
}

const rows: Example[] = Array.from({ length: 40 }, (_, i): CompletionExample => {
  const prompt = `word${i}`;
  return { kind: 'completion', id: prompt, source: { file: 'r', line: i }, prompt, completion: apply(PLANTED, prompt) };
});

function known(prompting: Prompting): string[] {
  return Object.keys(rules).filter((name) => (prompting.instruction ?? '').includes(name));
}

/** A model that follows the rules in its instruction, and a reflector that learns one rule at a time from mistakes. */
function planted(): PromptTrial & { requests: string[]; answers: number } {
  const trial = {
    seed: 3,
    best: 1,
    requests: [] as string[],
    answers: 0,
    answer(prompting: Prompting, examples: readonly Example[]) {
      trial.answers += examples.length;
      const tried = (examples as CompletionExample[]).map((example) => {
        const answer = apply(known(prompting), example.prompt);
        const shared = [answer.includes('['), answer.includes('WORD')].filter(Boolean).length / 2;
        return { example, answer, score: answer === example.completion ? 1 : shared };
      });
      return Promise.resolve(tried);
    },
    reflect(request: string) {
      trial.requests.push(request);
      const before = /following instruction\.\n\n```\n([\s\S]*?)\n```/.exec(request)?.[1] ?? '';
      const next = ['reversed', 'upper', 'brackets'].filter((name) => !before.includes(name));
      return Promise.resolve(`Here it is:\n\`\`\`\n${before} ${next[trial.requests.length % next.length]}\n\`\`\``);
    },
  };
  return trial;
}

function search(trial: PromptTrial, settings: object = {}) {
  const parts = { train: rows.slice(0, 20), validation: rows.slice(20), typical: rows };
  return searchPrompt({ rows: parts, settings: promptingSchema.parse(settings), passages: [], trial });
}

describe('a search for the best prompt', () => {
  test('discovers a planted rule from mistakes, under its budget', async () => {
    const trial = planted();
    const found = await search(trial);
    expect(known(found.prompting)).toEqual(PLANTED);
    expect(found.answers).toBe(trial.answers);
    expect(found.answers).toBeLessThanOrEqual(300);
    const best = found.tried.find(({ instruction }) => instruction === found.prompting.instruction);
    expect(best).toMatchObject({ score: 1 });
    // Exhaustive search finds nothing better: only both rules together are right.
    expect(
      found.tried
        .filter(({ score }) => score === 1)
        .every(({ instruction }) => /upper.*brackets|brackets.*upper/.test(instruction!)),
    ).toBe(true);
  });

  test('shows the reflector what the answers were, what was expected, and what changed since the parent', async () => {
    const trial = planted();
    await search(trial);
    expect(trial.requests[0]).toMatch(/Input: word\d+\nAnswer: word\d+\nExpected: \[WORD\d+\]\nFeedback: wrong/);
    expect(
      trial.requests.some((request) => request.includes('With the instruction before this one, the answer was')),
    ).toBe(true);
  });

  test('without a reflector chooses among instructions and examples, and comes to the same again', async () => {
    const { reflect: _, ...trial } = planted();
    const [first, second] = [await search(trial), await search(trial)];
    expect(first).toEqual(second);
    expect(first.tried.map(({ examples }) => examples)).toEqual(expect.arrayContaining(['none', 'fixed', 'retrieved']));
    expect(first.tried.every(({ parent }) => parent === undefined)).toBe(true);
  });

  test('spends no more than it may on few rows, and ends when no rewriting is new', async () => {
    const trial = { ...planted(), reflect: () => Promise.resolve('```\nupper\n```') };
    const found = await search(trial, { budget: 90, shots: 0 });
    expect(found.answers).toBeLessThanOrEqual(90);
    expect(known(found.prompting)).toEqual(['upper']);
  });
});

test('a candidate that is the best on one row stays, and one that others replace goes', () => {
  expect(
    paretoWins([
      [1, 1, 0],
      [0, 0, 1],
      [1, 0, 0],
    ]),
  ).toEqual([2, 1, 0]);
  expect(paretoWins([[0.5, 0.5]])).toEqual([2]);
});

test('an instruction is what stands between the marks, or the whole reply', () => {
  expect(instructionIn('Sure:\n```\nDo it.\n```\nBye')).toBe('Do it.');
  expect(instructionIn(' Do it. ')).toBe('Do it.');
  expect(instructionIn('``` ```')).toBeUndefined();
  expect(instructionIn(undefined)).toBeUndefined();
});

test('halving answers a few rows with all promptings, and all rows with the last ones', () => {
  // 8 on 2 of 16 rows, 4 on 4, 2 on 8, 1 on 16.
  expect(halvingCost(8, 16)).toBe(8 * 2 + 4 * 2 + 2 * 4 + 8);
  expect(halvingCost(1, 10)).toBe(10);
});
