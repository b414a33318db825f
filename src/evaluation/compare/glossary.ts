import type { Comparison } from '../../store/results.ts';

/** A term of a comparison, explained for non-statisticians. */
export interface GlossaryEntry {
  term: string;
  meaning: string;
}

/** Keyed by the beginning of a metric's title. */
const METRICS: Readonly<Record<string, string>> = {
  accuracy: 'share of rows answered correctly.',
  'balanced accuracy': 'share of correct rows in each class, averaged: a rare class counts as much as a frequent one.',
  'average precision':
    'how well rows are ranked by how probable the class is: 1 where every row of the class comes before all others.',
  'macro F1': 'F1 of each class, averaged: a rare class counts as much as a frequent one.',
  'micro F1': 'F1 over all labels of all rows together.',
  F1: 'harmonic mean of recall (rows of a class that are found) and precision (rows assigned to it that belong to it).',
  recall: 'share of the rows of a class that are found.',
  'log-loss': 'how improbable the model considered the right class; lower is better, and confident errors cost most.',
  'calibration error': 'difference between stated probabilities and how often they come true; lower is better.',
  'mean absolute error': 'average error of the numbers, in their own unit.',
  'root mean squared error': 'average error of the numbers, with large errors counting more.',
  'R²': 'share of the variance of the numbers that is explained: 1 is all, 0 no more than their mean.',
  chrF: 'overlap of character sequences with the expected answer, 0 to 100. Wrong names and numbers cost little.',
  'ROUGE-L': 'longest word sequence shared with the expected answer.',
  'exact match': 'share of answers identical to the expected text.',
  'bits per byte': 'how surprising the expected text is to a model; lower is better.',
  perplexity: 'number of tokens a model hesitates between on average; lower is better.',
  'token F1': 'words shared with the expected answer; missing and added words count as errors.',
  'field F1': 'correct fields of JSON answers; missing and added fields count as errors.',
  'entity F1': 'names found completely and with the right type; missed and false ones count as errors.',
  'word error rate': 'words to change, insert or delete to reach the expected text, as a share of its words.',
  'mean reward': 'average of what the reward functions give the answers; higher is better.',
  nDCG: 'how high the right item ranks: 1 if it is always first.',
};

const SYSTEMS: Readonly<Record<string, string>> = {
  'tf-idf': 'word counts with rare words weighted more, and a linear model on them.',
  'gradient-boosted trees':
    'many small decision trees over the columns of a table, each correcting the errors of the previous ones.',
  'nearest training row': 'the answer of the most similar training row.',
  'most frequent answer': 'the same answer to every row: the minimum that anything useful has to beat.',
};

const STATISTICS: readonly GlossaryEntry[] = [
  {
    term: 'interval',
    meaning: 'range that contains the true value in 95 of 100 such tests: the fewer rows, the wider.',
  },
  { term: 'p', meaning: 'probability of a difference this large by chance alone.' },
  {
    term: 'corrected',
    meaning: 'the more systems are compared, the more likely one looks better by chance; p allows for that.',
  },
  {
    term: 'group',
    meaning: 'rows of one customer, or with the same or nearly the same text: they count as one piece of evidence.',
  },
];

/** Glossary entries for the terms that a comparison uses. */
export function glossaryOf({ metrics, systems }: Pick<Comparison, 'metrics' | 'systems'>): GlossaryEntry[] {
  const known = (names: readonly string[], meanings: Readonly<Record<string, string>>) =>
    Object.entries(meanings).flatMap(([term, meaning]) =>
      names.some((name) => name.toLowerCase().startsWith(term.toLowerCase())) ? [{ term, meaning }] : [],
    );
  const titles = metrics.map(({ title }) => title);
  const names = systems.map(({ title }) => title);
  return [...known(titles, METRICS), ...known(names, SYSTEMS), ...STATISTICS];
}
