import { describe, expect, it } from 'vitest';
import { codeIn, outcomeOf, refuseUnisolated } from '../../../../src/training/objectives/rewards/code/code-reward.ts';
import { NO_ISOLATION } from '../../../../src/training/objectives/rewards/code/isolation.ts';
import { createScorer } from '../../../../src/training/objectives/rewards/index.ts';
import { sampledParts } from '../../../../src/training/objectives/sampled-objective.ts';
import { rewardSpec, type CodeReward } from '../../../../src/training/objectives/rewards/reward.options.ts';
import type { Processor } from '../../../../src/training/objective.ts';
import type { PromptExample } from '../../../../src/data/example.ts';
import type { SampledSettings } from '../../../../src/training/objectives/produce-rollouts.ts';

const spec = (settings: object = {}) => rewardSpec.parse({ rule: 'code', ...settings }) as CodeReward;
const adds = ['assert.equal(add(1, 2), 3)', 'assert.deepEqual([add(0, 0)], [0])'];

function run(completion: string, tests: readonly string[] = adds, settings: object = {}) {
  return outcomeOf({ completion, row: { tests } }, spec(settings));
}

describe('code in an answer', () => {
  it.each([
    ['passes its tests', 'Here:\n```js\nconst add = (a, b) => a + b;\n```\nDone.', adds, { share: 1 }],
    ['passes one of two', 'const add = () => 3;', adds, { share: 0.5, failure: 'wrong' }],
    [
      'is awaited',
      'const add = async (a, b) => a + b;',
      ['await add(1, 2) === 3', 'assert(await add(1, 1) === 2)'],
      { share: 1 },
    ],
    ['gives false', 'const add = (a, b) => a - b;', ['add(1, 2) === 3'], { share: 0, failure: 'wrong' }],
    ['is no code', 'I would add them.', adds, { share: 0, failure: 'syntax' }],
    ['writes to the console', 'const add = (a, b) => (console.log(a), a + b);', adds, { share: 1 }],
    [
      'leaves nothing for the next test',
      'var n = 0; const add = () => ++n;',
      ['add() === 1', 'add() === 1'],
      { share: 1 },
    ],
    ['throws', 'throw new Error("no");', adds, { share: 0, failure: 'wrong' }],
    [
      'has an assert of its own',
      'globalThis.assert = () => {}; const add = () => 0;',
      adds,
      { share: 0.5, failure: 'wrong' },
    ],
    [
      'never answers',
      'const add = () => new Promise(() => {});',
      ['await add() === 1'],
      { share: 0, failure: 'timeout' },
    ],
  ])('that %s', async (_, code, tests, outcome) => {
    expect(await run(code, tests, code.includes('Promise') ? { timeout: 1 } : {})).toEqual(outcome);
  });

  it('is the last block of an answer, or all of it', () => {
    expect(codeIn('```\na\n```\nthen\n```js\nb\n```')).toBe('b\n');
    expect(codeIn('```js\nnot closed')).toBe('not closed');
    expect(codeIn('a + b')).toBe('a + b');
  });
});

it('a second reward of code tells of its failures too', () => {
  const settings = { reward_funcs: [spec(), spec()], held_out_reward_funcs: [], reward_timeout: 1 };
  const { scorers } = sampledParts(settings as unknown as SampledSettings, {} as Processor);
  const told = scorers.map(({ name, metrics }) => [name, metrics?.()]);
  const none = { syntax: 0, wrong: 0, timeout: 0, memory: 0, output: 0, crash: 0 };
  expect(told).toEqual([
    ['code', none],
    ['code_2', none],
  ]);
});

describe('before training', () => {
  it('rows without tests are named', () => {
    const scorer = createScorer(spec(), { hashes: {}, timeout: 1 });
    const row = (line: number, columns: Record<string, unknown>) =>
      ({ columns, source: { file: 'rows.jsonl', line } }) as unknown as PromptExample;
    expect(() => scorer.check?.([row(1, { tests: adds })])).not.toThrow();
    const rows = [row(1, { tests: adds }), row(2, {}), row(3, { tests: [] }), row(4, { tests: [1] })];
    expect(() => scorer.check?.(rows)).toThrow(
      expect.objectContaining({
        code: 'E_CODE_TESTS',
        problems: [2, 3, 4].map((line) => expect.objectContaining({ line })),
      }),
    );
  });

  it('refuses to run code without isolation, unless it is allowed', () => {
    expect(() => refuseUnisolated(spec(), { ...NO_ISOLATION, name: 'bubblewrap' })).not.toThrow();
    expect(() => refuseUnisolated(spec(), NO_ISOLATION)).toThrow(expect.objectContaining({ code: 'E_CODE_ISOLATION' }));
    expect(() => refuseUnisolated(spec({ allow_unisolated: true }), NO_ISOLATION)).not.toThrow();
  });
});
