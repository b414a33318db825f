import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { answerSpaceRemark } from '../../../src/app/answer-space-remark.ts';
import type { Example } from '../../../src/data/example.ts';
import { spacedConstraint } from '../../../src/answering/decoding/index.ts';
import {
  Renderer,
  Tokenizer,
  tokenizerHash,
  withAnswerSpace,
  withoutSeparator,
} from '../../../src/models/text/index.ts';
import { answerBorder, borderedConstraint } from '../../../src/answering/tasks/answers/plain-answers.ts';

const attuneBase = await Tokenizer.load(fileURLToPath(new URL('../../../assets/attune-base', import.meta.url)));

function rows(count: number, prompt: string, completion: string): Example[] {
  return Array.from({ length: count }, (_, row) => {
    return { kind: 'completion', id: `${row}`, source: { file: 'rows.jsonl', line: row + 1 }, prompt, completion };
  });
}

describe('answers of plain text', () => {
  test('that follow their prompt without a space are remarked on, with how many and the first', async () => {
    const remark = await answerSpaceRemark(
      [...rows(6, 'Colour:', 'red wine'), ...rows(2, 'Colour:', ' blue')],
      attuneBase,
    );
    expect(remark).toContain('6 of 8 answers follow their prompt without a space, such as "red" at rows.jsonl:1');
  });

  test.each<[string, Example[]]>([
    ['begin with a space', rows(4, 'Colour:', ' red')],
    ['follow a line feed', rows(4, 'Colour:\n', 'red')],
    ['begin with no letter', rows(4, 'Colour:', '{"red": 1}')],
    ['are few', [...rows(2, 'Colour:', 'red'), ...rows(3, 'Colour:', ' red')]],
    ['are none', []],
  ])('are fine where they %s', async (_, examples) => {
    expect(await answerSpaceRemark(examples, attuneBase)).toBeUndefined();
  });
});

describe('a space that sets answers off', () => {
  const row = (prompt: string, completion: string) => ({ kind: 'completion' as const, prompt, completion });

  test('stands in the trained part, where neither text has white space at the border', async () => {
    const renderer = new Renderer(await withAnswerSpace(attuneBase, true));
    const trained = async (prompt: string, completion: string) =>
      (await renderer.render(row(prompt, completion))).pieces.find((piece) => piece.trained)?.text;
    expect(await trained('Colour:', 'red')).toBe(' red<|endoftext|>');
    expect(await trained('Colour:', ' red')).toBe(' red<|endoftext|>');
    expect(await trained('Colour:\n', 'red')).toBe('red<|endoftext|>');
    expect(await trained('Colour: ', 'red')).toBe('red<|endoftext|>');
  });

  test('leaves the prompt as serving asks it, and the answer whole tokens', async () => {
    const spaced = await withAnswerSpace(attuneBase, true);
    const renderer = new Renderer(spaced);
    const { ids } = await renderer.render(row('Colour:', 'red'));
    const prompt = await renderer.prompt('Colour:');
    expect(ids.slice(0, prompt.ids.length)).toEqual(prompt.ids);
    expect(spaced.tokenOf(ids[prompt.ids.length])).toMatch(/^Ġ/);
  });

  test('makes other rows, so that none are taken from the cache', async () => {
    expect(tokenizerHash(await withAnswerSpace(attuneBase, true))).not.toBe(tokenizerHash(attuneBase));
    expect(tokenizerHash(await withAnswerSpace(attuneBase, false))).toBe(tokenizerHash(attuneBase));
  });

  test('is taken off what is answered, whole or streamed, and only there', async () => {
    const spaced = await withAnswerSpace(attuneBase, true);
    const border = answerBorder('Colour:', spaced);
    expect(border.whole({ text: ' red wine' }).text).toBe('red wine');
    const parts = ['', ' red', ' wine'].map((text) => border.streamed({ sample: 0, text }).text);
    expect(parts).toEqual(['', 'red', ' wine']);
    expect(border.streamed({ sample: 1, text: ' blue' }).text).toBe('blue');
    expect(answerBorder('Colour: ', spaced).whole({ text: ' red' }).text).toBe(' red');
    expect(answerBorder({ messages: [] }, spaced).whole({ text: ' red' }).text).toBe(' red');
    expect(answerBorder('Colour:', attuneBase).whole({ text: ' red' }).text).toBe(' red');
    expect(withoutSeparator('Colour:', 'red')).toBe('red');
  });

  test('is allowed by constraints on the answer', async () => {
    const spaced = await withAnswerSpace(attuneBase, true);
    const choices = { choices: ['red', ' blue'] };
    expect(borderedConstraint(choices, ['Colour:'], spaced)).toEqual({ choices: [' red', ' blue'] });
    expect(borderedConstraint(choices, ['Colour:\n'], spaced)).toBe(choices);
    expect(borderedConstraint(choices, ['Colour:'], attuneBase)).toBe(choices);
    expect(spacedConstraint({ regex: '^a|b$' })).toEqual({ regex: ' (a|b)' });
  });

  test('is remarked on as put between, where it is', async () => {
    const remark = await answerSpaceRemark(rows(4, 'Colour:', 'red'), await withAnswerSpace(attuneBase, true));
    expect(remark).toContain('a space is inserted in training and use');
  });

  test('is not wanted in scripts without spaces between words', async () => {
    expect(await answerSpaceRemark(rows(4, '色:', '赤'), attuneBase)).toBeUndefined();
  });
});
