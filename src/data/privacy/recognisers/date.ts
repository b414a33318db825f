/** Dates with more than a year. "May 5" needs its month to be one: numbers of versions and fractions are left. */
import { DATE_FORMS } from '../dates.ts';
import { matchesOf, type Recogniser } from '../recogniser.ts';

export const recogniser: Recogniser = {
  name: 'date',
  kind: 'date',
  needs: { digits: 1 },
  *find(text) {
    for (const form of DATE_FORMS) {
      for (const { 0: value, index, groups = {} } of matchesOf(form, text)) {
        const { first, second } = groups;
        if (first !== undefined && Number(first) > 12 && Number(second) > 12) continue;
        // "may 5 %" and "mar 3" in prose are words; a month as written in English has a capital, and others a year or "de".
        if (
          groups.name !== undefined &&
          groups.year === undefined &&
          /^(?:may|march|mars|mar|set|gen|mag|mai|maj|mei|dec|jan)$/.test(groups.name)
        )
          continue;
        yield { start: index, end: index + value.length, score: 0.85 };
      }
    }
  },
};
