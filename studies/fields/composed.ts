/** Fields that have a separate study. */
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
  learnt:
    'Nothing beats popularity here: two towers, SASRec and item-kNN agree within their intervals, so the choice is ' +
    'the cheapest one. Baskets whose goods have no features and no order leave a model nothing else to learn. Tuning ' +
    'needs features of the goods, real sequences, or many more baskets.',
  measure: async (setting) => ({ comparison: (await measureBaskets(setting)).subject }),
};

export const enterpriseSearch: Field = {
  title: "Search in a company's documents",
  about:
    "Debian's packages as documents (apt: Translation-en): the one-line synopsis is the question, and the long description is " +
    'to be found among those of all test rows (`npm run studies -- search`).',
  learnt:
    'Tuning the encoder helps a lot, and BM25 still wins by far: a synopsis repeats words of its description, and the ' +
    'encoder reads only the first 128 tokens. Measure BM25 first; embeddings pay where people ask in other words than ' +
    'the documents use.',
  measure: async (setting) => ({ comparison: (await measureSearch(setting)).comparison }),
};

export const translation: Field = {
  title: 'Translation into a domain',
  about:
    'Lines about games from English into Italian, by Debian’s volunteers, with a base that was taught general pairs ' +
    '(`npm run studies -- translation`).',
  learnt:
    'Tuning in the domain improves on the base that knows general pairs, and training on the domain alone is far ' +
    'worse. By chrF a word-for-word dictionary learnt from the same pairs is level with it, with half the BLEU: it has ' +
    'the words and no sentences. Decide by the metric that your readers care about.',
  measure: async (setting) => ({ comparison: (await measureTranslation(setting)).comparison }),
};

export const catalogue: Field = {
  title: 'Catalogues in manufacturing and retail: attributes from descriptions',
  about:
    "Debian's package index as a catalogue: section, interface and language of an item from its description, as JSON, through " +
    'the pipeline studies/pipelines/catalogue.yaml (`npm run studies -- data` has the whole of it).',
  learnt:
    'In a few steps the model learns the form of the answer and little else. After 150 steps it has half of the ' +
    'attributes, and the best cheap system for each attribute more of them at no cost: descriptions name their ' +
    'section and language in words that a search finds.',
  measure: measureCatalogue,
};
