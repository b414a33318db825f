/** Flags rows with insulting, degrading or threatening words from word lists: a hint for review, not a judgement. */
import { z } from 'zod';
import { normalWords } from '../../data/index.ts';
import { insults } from '../insults.ts';
import { actionOption, judgeRows } from '../judge-rows.ts';
import { columnsOption, textOfRow } from '../row-texts.ts';
import { defineStep } from '../preparation-step.ts';

const options = z.strictObject({
  columns: columnsOption('look at'),
  words: z.array(z.string()).default([]).describe('further words and phrases in any language'),
  action: actionOption('flag'),
});

export const step = defineStep<z.output<typeof options>>({
  summary: 'flag rows with insults and threats, by word lists in 13 languages and your own',
  takes: ['row'],
  version: 2,
  perItem: true,
  options,
  open({ columns, words, action }) {
    const phrases = [...insults(), ...words].map((phrase) => normalWords(phrase));
    const byFirst = Map.groupBy(phrases, ([first]) => first);
    return judgeRows(action, (row) => {
      const read = normalWords(textOfRow(row, columns));
      const isAt = (at: number, phrase: readonly string[]): boolean => phrase.every((word, i) => read[at + i] === word);
      const isToxic = read.some((word, at) => byFirst.get(word)?.some((phrase) => isAt(at, phrase)) === true);
      return isToxic ? ['toxic words'] : [];
    });
  },
});
