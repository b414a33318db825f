import type { Comparison } from '../../store/results.ts';

/** A term of a comparison, explained for non-statisticians. */
export interface GlossaryEntry {
  term: string;
  meaning: string;
}

/** By the beginning of a metric's title. */
const METRICS: Readonly<Record<string, string>> = {
  accuracy: 'share of rows answered right.',
  'balanced accuracy': 'share of right rows in each class, averaged: a rare class counts as much as a frequent one.',
  'average precision':
    'how well rows are ranked by how probable the class is: 1 where every row of the class comes before all others.',
  'macro F1': 'F1 of each class, averaged: a rare class counts as much as a frequent one.',
  'micro F1': 'F1 over all labels of all rows together.',
  F1: 'one figure of two: how many rows of a class are found, and how many of those it is given to are of it.',
  recall: 'share of the rows of a class that are found.',
  'log-loss': 'how improbable the right class was thought to be; lower is better, and a sure error costs most.',
  'calibration error': 'how far stated probabilities are from how often they come true; lower is better.',
  'mean absolute error': 'by how much numbers are off on average, in their own unit.',
  'root mean squared error': 'by how much numbers are off, large errors counting more.',
  'R²': 'share of the variation of the numbers that is foretold: 1 is all, 0 no more than their mean.',
  chrF: 'how many runs of letters an answer shares with the expected one, 0 to 100. Wrong names and numbers cost little.',
  'ROUGE-L': 'longest sequence of words that an answer shares with the expected one.',
  'exact match': 'share of answers that are the expected text to the letter.',
  'bits per byte': 'how surprising the expected text is to a model; lower is better.',
  perplexity: 'among how many tokens a model hesitates on average; lower is better.',
  'token F1': 'words that an answer shares with the expected one, missing and added ones counted.',
  'field F1': 'fields of JSON answers that are right, missing and added ones counted.',
  'entity F1': 'names that are found whole and of the right kind, missing and added ones counted.',
  'word error rate': 'words to change, add or take out before the text is right, as a share of its words.',
  nDCG: 'how far up in a ranking the right item stands: 1 where it is always first.',
};

const SYSTEMS: Readonly<Record<string, string>> = {
  'tf-idf': 'counts of words, rare ones weighing more, and a straight line through them.',
  'gradient-boosted trees':
    'many small decision trees over the columns of a table, each mending the last ones’ errors.',
  'nearest training row': 'the answer of the most similar row that was trained on.',
  'most frequent answer': 'the same answer to every row: what anything useful has to beat.',
};

const STATISTICS: readonly GlossaryEntry[] = [
  { term: 'interval', meaning: 'where the true figure lies in 95 of 100 such tests: the fewer rows, the wider.' },
  { term: 'p', meaning: 'how often chance alone would show as large a difference.' },
  {
    term: 'corrected',
    meaning: 'the more systems are compared, the likelier one looks better by chance; p allows for it.',
  },
  {
    term: 'group',
    meaning: 'rows of one customer, or of the same or nearly the same text: together one piece of evidence.',
  },
];

/** The words that a comparison's figures use. */
export function glossaryOf({ metrics, systems }: Pick<Comparison, 'metrics' | 'systems'>): GlossaryEntry[] {
  const known = (names: readonly string[], meanings: Readonly<Record<string, string>>) =>
    Object.entries(meanings).flatMap(([term, meaning]) =>
      names.some((name) => name.toLowerCase().startsWith(term.toLowerCase())) ? [{ term, meaning }] : [],
    );
  const titles = metrics.map(({ title }) => title);
  const names = systems.map(({ title }) => title);
  return [...known(titles, METRICS), ...known(names, SYSTEMS), ...STATISTICS];
}
