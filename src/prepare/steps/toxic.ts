/** Rows with words that insult or degrade, by a short list: a hint where to look, no judgement. */
import { z } from 'zod';
import { normalWords } from '../../data/index.ts';
import { actionOption, judgeRows } from '../judge-rows.ts';
import { columnsOption, textOfRow } from '../row-texts.ts';
import { defineStep } from '../step.ts';

const options = z.strictObject({
  columns: columnsOption('look at'),
  words: z.array(z.string()).default([]).describe('further words, in any language'),
  action: actionOption('flag'),
});

// Insults that are hardly ever used in another sense, in English, German, French and Spanish. Names of groups are left
// out: they stand in texts about the groups far more often than in insults.
const INSULTS =
  'asshole assholes bastard bitch bitches bullshit cunt dickhead fuck fucked fucker fuckers fucking motherfucker retard retarded shithead slut whore wanker arschloch fotze hurensohn missgeburt wichser connard connasse enculé salope putain cabrón gilipollas hijoputa maricón puta puto';

export const step = defineStep<z.output<typeof options>>({
  summary: 'flag rows with insults, by a short list of words and your own',
  takes: ['row'],
  version: 1,
  perItem: true,
  options,
  open({ columns, words, action }) {
    const known = new Set([...INSULTS.split(' '), ...words.flatMap((word) => normalWords(word))]);
    return judgeRows(action, (row) => {
      return normalWords(textOfRow(row, columns)).some((word) => known.has(word)) ? ['toxic words'] : [];
    });
  },
});
