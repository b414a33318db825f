import { characters } from './edit-distance.ts';
import { errorRate, spacedWords } from './error-rate.ts';
import type { MetricDefinition } from './metric.ts';
import { spokenText } from './spoken-text.ts';

/** Word error rate of what is spoken: case, punctuation and what stands in brackets do not count (`spokenText`). */
export const spokenWordErrorRate: MetricDefinition = {
  name: 'spoken_word_error_rate',
  title: 'word error rate of speech',
  better: 'lower',
  best: 0,
  reads: 'text',
  create: (options) => errorRate((text) => spacedWords(spokenText(text)), options),
};

/** The same of characters, spaces between words among them. */
export const spokenCharacterErrorRate: MetricDefinition = {
  name: 'spoken_character_error_rate',
  title: 'character error rate of speech',
  better: 'lower',
  best: 0,
  reads: 'text',
  create: (options) => errorRate((text) => characters(spokenText(text).trim()), options),
};
