import { characters } from './edit-distance.ts';
import { englishText } from './english/english-text.ts';
import { errorRate, spacedWords } from './error-rate.ts';
import type { MetricDefinition, MetricOptions } from './metric.ts';
import { spokenText } from './spoken-text.ts';

/** Texts as they are compared. */
const normalised = ({ normalizer }: MetricOptions = {}): ((text: string) => string) =>
  normalizer === 'english' ? englishText : spokenText;

/**
 * Word error rate of what is spoken: case, punctuation and what stands in brackets do not count (`spokenText`), nor, where
 * the option `normalizer` says English, short forms, spellings and how numbers are written (`englishText`).
 */
export const spokenWordErrorRate: MetricDefinition = {
  name: 'spoken_word_error_rate',
  title: 'word error rate of speech',
  better: 'lower',
  best: 0,
  reads: 'text',
  options: ['field', 'normalizer'],
  create(options) {
    const plain = normalised(options);
    return errorRate((text) => spacedWords(plain(text)), options);
  },
};

/** The same of characters, spaces between words among them. */
export const spokenCharacterErrorRate: MetricDefinition = {
  name: 'spoken_character_error_rate',
  title: 'character error rate of speech',
  better: 'lower',
  best: 0,
  reads: 'text',
  options: ['field', 'normalizer'],
  create(options) {
    const plain = normalised(options);
    return errorRate((text) => characters(plain(text).trim()), options);
  },
};
