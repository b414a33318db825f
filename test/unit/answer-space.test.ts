import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { answerSpaceRemark } from '../../src/app/answer-space.ts';
import type { Example } from '../../src/data/example.ts';
import { Tokenizer } from '../../src/text/index.ts';

const attuneBase = await Tokenizer.load(fileURLToPath(new URL('../../assets/attune-base', import.meta.url)));

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
