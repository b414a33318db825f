import { compared } from './compared.ts';
import { characters, symbolDistance } from './edit-distance.ts';
import { englishText } from './english/english-text.ts';
import { type Metric, type MetricDefinition, type MetricOptions, rowMetric } from './metric.ts';
import { sumsMetric } from './row-sums.ts';

/**
 * Edits over reference symbols, of all rows together (so long rows weigh more); a row's own value is its own rate.
 * It passes 1 where a prediction is much longer than its reference. An empty reference counts one symbol.
 */
function errorRate(symbols: (text: string) => string[], options?: MetricOptions): Metric {
  return sumsMetric({
    width: 2,
    row(prediction, example, sums) {
      const { predicted, reference } = compared(prediction, example, options);
      const expected = symbols(reference);
      const distance = symbolDistance(symbols(predicted), expected);
      const size = Math.max(1, expected.length);
      sums.set([distance, size]);
      return distance / size;
    },
    value: ([edits, length]) => edits / length,
    details: ([edits, symbols], rows) => ({ edits, symbols, mean: rows.mean() }),
  });
}

/** Words between white space. */
function spacedWords(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** Word error rate: edits per reference word, words separated by white space; case and punctuation count. */
export const wordErrorRate: MetricDefinition = {
  name: 'word_error_rate',
  title: 'word error rate',
  better: 'lower',
  best: 0,
  reads: 'text',
  create: (options) => errorRate(spacedWords, options),
};

/** Character error rate: edits per reference character, outer white space aside. */
export const characterErrorRate: MetricDefinition = {
  name: 'character_error_rate',
  title: 'character error rate',
  better: 'lower',
  best: 0,
  reads: 'text',
  create: (options) => errorRate((text) => characters(text.trim()), options),
};

/** Phoneme error rate: edits per reference symbol, symbols separated by white space ("HH AH L OW"). */
export const phonemeErrorRate: MetricDefinition = {
  name: 'phoneme_error_rate',
  title: 'phoneme error rate',
  better: 'lower',
  best: 0,
  reads: 'text',
  create: (options) => errorRate(spacedWords, options),
};

/**
 * A text as it is spoken, after the basic normaliser of Whisper (Radford et al., 2022, appendix C; HF's
 * BasicTextNormalizer): small letters, nothing in brackets, marks, symbols and punctuation as spaces, NFKC. Diacritics
 * that are letters of their own in NFKC stay.
 */
export function spokenText(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[<[][^>\]]*[>\]]/g, '')
    .replaceAll(/\([^)]+?\)/g, '')
    .normalize('NFKC')
    .replaceAll(/[\p{M}\p{S}\p{P}]/gu, ' ')
    .toLowerCase()
    .replaceAll(/\s+/g, ' ');
}

/** Texts as they are compared. */
const normalised = ({ normalizer }: MetricOptions = {}): ((text: string) => string) =>
  normalizer === 'english' ? englishText : spokenText;

/**
 * Word error rate of speech: case, punctuation and text in brackets do not count (`spokenText`), nor, with
 * `normalizer: english`, contractions, spellings and number formats (`englishText`).
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

/** 1 - edit distance / length of the longer text, in characters; mean of the rows. */
export const editSimilarity: MetricDefinition = {
  name: 'edit_similarity',
  title: 'edit similarity',
  better: 'higher',
  best: 1,
  reads: 'text',
  create: (options) =>
    rowMetric((prediction, example) => {
      const texts = compared(prediction, example, options);
      const predicted = characters(texts.predicted);
      const reference = characters(texts.reference);
      const longer = Math.max(predicted.length, reference.length);
      return longer === 0 ? 1 : 1 - symbolDistance(predicted, reference) / longer;
    }),
};
