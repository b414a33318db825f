import { rowPredictor } from '../../scoring/predictor.ts';
import { inputReader, type Baseline } from './baseline.ts';

/** Answers with the input's first sentence: a strong baseline for summaries. */
export const leadSentence: Baseline = {
  name: 'lead',
  title: 'first sentence of the input',
  forms: ['short', 'long'],
  unfit: () => undefined,
  async fit(train) {
    const input = inputReader(train);
    const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });
    return rowPredictor('lead', (example) => {
      // A single line break is wrapping; an empty line ends the sentence.
      const text = input(example).replaceAll(/(?<!\n)\n(?!\n)/g, ' ');
      for (const { segment } of sentences.segment(text)) return { text: segment.trim() };
      return { text: '' };
    });
  },
};
