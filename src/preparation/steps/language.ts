import { z } from 'zod';
import { languageTeller } from '../../data/text-language.ts';
import { actionOption, judgeRows } from '../judge-rows.ts';
import { columnsOption, textOfRow } from '../row-texts.ts';
import { defineStep } from '../preparation-step.ts';

const options = z.strictObject({
  keep: z
    .array(z.string().regex(/^[a-z]{2}$/))
    .min(1)
    .describe('languages that stay, as ISO 639-1: [en, de]'),
  columns: columnsOption('look at'),
  least: z.int().min(0).default(40).describe('shorter texts say too little and stay'),
  action: actionOption('drop'),
});

export const step = defineStep<z.output<typeof options>>({
  summary: 'rows in the languages wanted',
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
