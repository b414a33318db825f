import { z } from 'zod';
import { languageTeller } from '../../data/text-language.ts';
import { actionOption, judgeRows } from '../judge-rows.ts';
import { columnsOption, textOfRow } from '../row-texts.ts';
import { defineStep } from '../preparation-step.ts';

const options = z.strictObject({
  keep: z
    .array(z.string().regex(/^[a-z]{2}$/))
    .min(1)
    .describe('languages to keep, as ISO 639-1 codes: [en, de]'),
  columns: columnsOption('look at'),
  least: z.int().min(0).default(40).describe('shorter texts are kept, because their language is uncertain'),
  action: actionOption('drop'),
});

export const step = defineStep<z.output<typeof options>>({
  summary: 'keep rows in the given languages',
  takes: ['row'],
  version: 3,
  perItem: true,
  options,
  async open({ keep, columns, least, action }) {
    const languageOf = await languageTeller(keep);
    return judgeRows(action, (row, notes) => {
      const text = textOfRow(row, columns);
      if (text.trim().length < least) {
        notes.find(row, `too short to tell (below ${least} characters)`);
        return [];
      }
      const language = languageOf(text);
      if (language === undefined) {
        notes.find(row, 'language not recognised');
        return [];
      }
      return keep.includes(language) ? [] : [`language ${language}`];
    });
  },
});
