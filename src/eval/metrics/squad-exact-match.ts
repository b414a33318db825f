import { comparedAnswers } from './compared.ts';
import { answerWords } from './english/answer-words.ts';
import { rowMetric, type MetricDefinition } from './metric.ts';

/** Share of answers with the words of one that is right, by SQuAD's normalisation of English answers. */
export const squadExactMatch: MetricDefinition = {
  name: 'squad_exact_match',
  title: 'SQuAD exact match',
  better: 'higher',
  best: 1,
  reads: 'text',
  create: (options) =>
    rowMetric((prediction, example) => {
      const { predicted, references } = comparedAnswers(prediction, example, options);
      const words = answerWords(predicted).join(' ');
      return references.some((reference) => answerWords(reference).join(' ') === words) ? 1 : 0;
    }),
};
