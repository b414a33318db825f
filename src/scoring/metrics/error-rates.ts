import { compared } from './compared.ts';
import { characters, symbolDistance } from './edit-distance.ts';
import { englishText } from './english/english-text.ts';
import { type Metric, type MetricDefinition, type MetricOptions, rowMetric } from './metric.ts';
import { sumsMetric } from './row-sums.ts';

/**
 * Edits per reference symbol over all rows together, so long rows weigh more; a row's own value is its own rate.
 * Exceeds 1 for predictions much longer than their reference. An empty reference counts as one symbol.
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

/** Words separated by white space. */
function spacedWords(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** Word error rate: edits per reference word; words are separated by white space; case and punctuation count. */
export const wordErrorRate: MetricDefinition = {
  name: 'word_error_rate',
  title: 'word error rate',
  better: 'lower',
  best: 0,
  reads: 'text',
  create: (options) => errorRate(spacedWords, options),
};

/** Character error rate: edits per reference character, ignoring surrounding white space. */
export const characterErrorRate: MetricDefinition = {
  name: 'character_error_rate',
  title: 'character error rate',
  better: 'lower',
  best: 0,
  reads: 'text',
  create: (options) => errorRate((text) => characters(text.trim()), options),
};

/** Phoneme error rate: edits per reference symbol; symbols are separated by white space ("HH AH L OW"). */
export const phonemeErrorRate: MetricDefinition = {
  name: 'phoneme_error_rate',
  title: 'phoneme error rate',
  better: 'lower',
  best: 0,
  reads: 'text',
  create: (options) => errorRate(spacedWords, options),
};

/**
 * Normalises a text as spoken, after Whisper's basic normaliser (Radford et al., 2022, appendix C; HF's
 * BasicTextNormalizer): lower case, no text in brackets, NFKC, with marks, symbols and punctuation as spaces. Letters
 * that keep their diacritics under NFKC keep them.
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

/** The normalisation applied before comparing texts. */
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

/** The same for characters, including the spaces between words. */
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

/** 1 - edit distance / length of the longer text, in characters; mean over rows. */
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
