import { z } from 'zod';
import { actionOption, judgeRows } from '../judge-rows.ts';
import { columnsOption, textOfRow } from '../row-texts.ts';
import { defineStep } from '../step.ts';

const options = z.strictObject({
  keep: z
    .array(z.string().regex(/^[a-z]{2}$/))
    .min(1)
    .describe('languages that stay, as ISO 639-1: [en, de]'),
  columns: columnsOption('look at'),
  least: z.int().min(0).default(40).describe('shorter texts say too little and stay'),
  action: actionOption('drop'),
});

/**
 * What a text is taken for, besides the languages to keep. Among all that are known, names of programs make Irish, Hindi
 * or Klingon of a tenth of English manuals.
 */
const LIKELY = 'ar bg cs da de el en es fa fi fr he hu id it ja ko nl no pl pt ro ru sk sv th tr uk vi zh'.split(' ');

/** Enough of a text to tell its language by. */
const LOOKED_AT = 2000;

export const step = defineStep<z.output<typeof options>>({
  summary: 'rows in the languages wanted',
  takes: ['row'],
  version: 2,
  perItem: true,
  options,
  async open({ keep, columns, least, action }) {
    const { detect } = await import('tinyld');
    const only = [...new Set([...LIKELY, ...keep])];
    return judgeRows(action, (row, notes) => {
      const text = textOfRow(row, columns).slice(0, LOOKED_AT);
      if (text.trim().length < least) {
        notes.find(row, `too short to tell (below ${least} characters)`);
        return [];
      }
      const language = detect(text, { only });
      if (language === '') {
        notes.find(row, 'language not recognised');
        return [];
      }
      return keep.includes(language) ? [] : [`language ${language}`];
    });
  },
});
