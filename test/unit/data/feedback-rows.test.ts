import { describe, expect, it } from 'vitest';
import { cutRow } from '../../../src/data/cut-row.ts';
import { fitRows } from '../../../src/data/long-rows.ts';
import { labelledTurns } from '../../../src/data/formats/labelled-turns.ts';
import { sharedPromptRow } from '../../../src/answering/tasks/rows/shared-prompt.ts';
import { ruleReward } from '../../../src/training/objectives/rewards/rules.ts';
import { rewardRule, type CodelessRule } from '../../../src/training/objectives/rewards/reward.options.ts';
import { layoutOfTexts } from '../../../src/engine/nn/layout.ts';

const place = { id: '0123456789abcdef', source: { file: 'pairs.jsonl', line: 1 } };

function rendered(ids: number[], trained: number) {
  return {
    ids: Int32Array.from(ids),
    trained: Uint8Array.from(ids, (_, i) => Number(i >= ids.length - trained)),
    pieces: [],
  };
}

describe('a row of answers to one prompt', () => {
  it('has the prompt once, and answers from where they differ or are trained', () => {
    const row = sharedPromptRow(place, [rendered([1, 2, 3, 9, 4], 2), rendered([1, 2, 3, 9, 5, 6], 3)]);
    expect([...row.ids]).toEqual([1, 2, 3, 9, 4, 9, 5, 6]);
    expect(row.segments).toEqual([3, 2, 3]);
    expect(row.parents).toEqual([-1, 0, 0]);
    expect([...row.trained]).toEqual([0, 0, 0, 1, 1, 1, 1, 1]);
  });

  it('keeps prompts apart that a tokenizer cut in different places', () => {
    const row = sharedPromptRow(place, [rendered([1, 2, 7, 8], 1), rendered([1, 3, 8], 1)]);
    expect(row.segments).toEqual([1, 3, 2]);
    expect([...row.trained]).toEqual([0, 0, 0, 1, 0, 1]);
  });

  it('without anything in common is two texts', () => {
    const row = sharedPromptRow(place, [rendered([5, 6], 1), rendered([7, 8], 1)]);
    expect(row.segments).toEqual([2, 2]);
    expect(row.parents).toBeUndefined();
  });

  it('is laid out so that each answer goes on where the prompt ends', () => {
    const layout = layoutOfTexts([[2], [3, 2, 1]], { causal: true, parents: [undefined, [-1, 0, 0]] });
    expect([...layout.positions].map(Number)).toEqual([0, 1, 0, 1, 2, 3, 4, 3]);
    expect(layout.parents).toEqual([-1, -1, 1, 1]);
    expect(layout.rowOf).toEqual([0, 1, 1, 1]);
  });

  const row = sharedPromptRow(place, [
    rendered([0, 1, 2, 3, 4, 5, 6, 7, 20, 21], 2),
    rendered([0, 1, 2, 3, 4, 5, 6, 7, 30, 31, 32], 3),
  ]);
  const origin = { kind: 'preference' as const, source: place.source };

  it('is as long as its prompt with its longest answer', () => {
    const cut = fitRows([row], [origin], { maxLength: 11, policy: 'drop' });
    expect(cut.rows).toHaveLength(1);
    expect(fitRows([row], [origin], { maxLength: 10, policy: 'drop' }).cuts[0].action).toBe('dropped');
    expect(() => fitRows([row], [origin], { maxLength: 10, policy: 'fail' })).toThrow('E_ROWS_TOO_LONG');
  });

  it("is cut at its prompt's beginning, and its answers' ends where that is not enough", () => {
    const [piece] = cutRow(row, origin, { maxLength: 8, policy: 'truncate', keepStart: 1 });
    expect([...piece.ids]).toEqual([0, 4, 5, 6, 7, 20, 21, 30, 31, 32]);
    expect(piece.segments).toEqual([5, 2, 3]);
    const [short] = cutRow(row, origin, { maxLength: 4, policy: 'truncate', keepStart: 1 });
    expect([...short.ids]).toEqual([0, 7, 20, 21, 30, 31]);
    expect([...short.trained]).toEqual([0, 0, 1, 1, 1, 1]);
  });
});

describe('turns in one text', () => {
  it('become messages', () => {
    expect(labelledTurns('\n\nHuman: Hi\n\nAssistant: Hello.\n\nHuman: Bye\n\nAssistant: See\n\nyou')).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello.' },
      { role: 'user', content: 'Bye' },
      { role: 'assistant', content: 'See\n\nyou' },
    ]);
  });

  it.each(['A text', 'Assistant: Hello', 'Human: Hi', 'He said Human: x\n\nAssistant: y'])(
    '%j is no conversation',
    (text) => {
      expect(labelledTurns(text)).toBeUndefined();
    },
  );
});

describe('rules that reward', () => {
  const sample = (completion: string, row = {}) => ({ prompt: 'p', completion, row, tokens: 12, isComplete: true });
  const reward = (rule: object, completion: string, row = {}) =>
    ruleReward(rewardRule.parse(rule) as CodelessRule)(sample(completion, row));

  it.each([
    [{ rule: 'exact' }, ' Rome ', { answer: 'Rome' }, 1],
    [{ rule: 'exact' }, 'Roma', { answer: 'Rome' }, 0],
    [{ rule: 'exact', column: 'city' }, 'Rome', { city: 'Rome' }, 1],
    [{ rule: 'regex', pattern: '^[a-z]+$' }, 'abc', {}, 1],
    [{ rule: 'regex', pattern: '^[a-z]+$' }, 'abc1', {}, 0],
    [{ rule: 'json_schema', schema: { type: 'object', required: ['a'] } }, '{"a": 1}', {}, 1],
    [{ rule: 'json_schema', schema: { type: 'object', required: ['a'] } }, '{"b": 1}', {}, 0],
    [{ rule: 'json_schema', schema: { type: 'object' } }, 'no JSON', {}, 0],
    [{ rule: 'numeric' }, 'So 3 + 4 makes 7.', { answer: 7 }, 1],
    [{ rule: 'numeric' }, '1,024 bytes', { answer: '1024' }, 1],
    [{ rule: 'numeric', tolerance: 0.1 }, 'about 3.1', { answer: '3.14' }, 1],
    [{ rule: 'numeric' }, 'none', { answer: '3' }, 0],
    [{ rule: 'edit_distance' }, 'abcd', { answer: 'abxd' }, 0.75],
    [{ rule: 'edit_distance', unit: 'words' }, 'HH AH L', { answer: 'HH EH L OW' }, 0.5],
    [{ rule: 'length', most: 10 }, 'whatever', {}, -0.2],
  ])('%o on %j is %o → %d', (rule, completion, row, wanted) => {
    expect(reward(rule, completion, row)).toBeCloseTo(wanted as number, 9);
  });

  it('a column that is not there is named, and so is a pattern that is none', () => {
    expect(() => reward({ rule: 'exact' }, 'x')).toThrow('no column "answer"');
    expect(() => reward({ rule: 'regex', pattern: '(' }, 'x')).toThrow('E_BAD_PATTERN');
  });
});
