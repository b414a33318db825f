/** Fields that have a study of their own. */
import { measureBaskets } from '../recommendation.ts';
import { measureCatalogue } from '../documents.ts';
import { measureSearch } from '../search.ts';
import { measureTranslation } from '../translation.ts';
import type { Field } from './field.ts';

export const recommendation: Field = {
  title: 'Products that go together',
  about:
    "A supermarket's baskets (supermarket.arff in the Debian package weka, GPL-2): the last of a basket's goods, in an order by " +
    'chance, is to be found from the others. `npm run studies -- recommendation` has more data and SASRec.',
  learnt: '',
  measure: async (setting) => ({ comparison: (await measureBaskets(setting)).subject }),
};

export const enterpriseSearch: Field = {
  title: "Search in a company's documents",
  about:
    "Debian's packages as documents (apt: Translation-en): the one-line synopsis is the question, and the long description is " +
    'to be found among those of all test rows (`npm run studies -- search`).',
  learnt: '',
  measure: async (setting) => ({ comparison: (await measureSearch(setting)).comparison }),
};

export const translation: Field = {
  title: 'Translation into a domain',
  about:
    'Lines about games from English into Italian, by Debian’s volunteers, with a base that was taught general pairs ' +
    '(`npm run studies -- translation`).',
  learnt: '',
  measure: async (setting) => ({ comparison: (await measureTranslation(setting)).comparison }),
};

export const catalogue: Field = {
  title: 'Catalogues in manufacturing and retail: attributes from descriptions',
  about:
    "Debian's package index as a catalogue: section, interface and language of an item from its description, as JSON, through " +
    'the pipeline studies/pipelines/catalogue.yaml (`npm run studies -- data` has the whole of it).',
  learnt: '',
  measure: measureCatalogue,
};
