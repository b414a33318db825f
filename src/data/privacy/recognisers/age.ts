/** Ages over 89, which Safe Harbor counts as identifying. */
import { ageForms } from '../ages.ts';
import { matchesOf, type Recogniser } from '../recogniser.ts';

const FORMS = ageForms(String.raw`9\d|1[01]\d|12[0-5]`);

export const recogniser: Recogniser = {
  name: 'age',
  kind: 'age',
  needs: { digits: 2 },
  *find(text) {
    for (const match of FORMS.flatMap((form) => matchesOf(form, text))) {
      const value = Object.values(match.groups!).find((group) => group !== undefined)!;
      const start = match.index + match[0].lastIndexOf(value);
      yield { start, end: start + value.length, score: 0.85 };
    }
  },
};
