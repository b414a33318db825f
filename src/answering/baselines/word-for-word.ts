import type { Example } from '../../data/example.ts';
import { answerText } from '../../scoring/prompt-text.ts';
import { rowPredictor } from '../../scoring/predictor.ts';
import { inputReader, type Baseline } from './baseline.ts';
import { alignSymbols, type SymbolPair, type SymbolTable } from './ibm-model-1.ts';

/** The alignment visits every pair of an input and an answer symbol: longer rows would take minutes. */
const MAX_PAIRS_PER_ROW = 2000;
/** Maximum number of pairs; beyond it, a sample of evenly spaced training rows is used. */
const MAX_PAIRS = 8e6;

type Split = (text: string) => string[];

const words: Split = (text) => text.split(/\s+/).filter((word) => word !== '');
const letters: Split = (text) => Array.from(text.replaceAll(/\s+/g, ' '));

/**
 * A dictionary learnt from the training rows: maps each input word (or letter, if inputs are single words) to the
 * answer symbol that it aligns with most, in the same order; unknown symbols are copied.
 */
export const wordForWord: Baseline = {
  name: 'word_for_word',
  title: 'learnt dictionary, word for word',
  forms: ['short', 'long'],
  unfit(train) {
    if (train.length === 0) return 'there are no training rows';
    const pairs = countPairs(rowsOf(train, splitters(train)));
    return pairs > MAX_PAIRS_PER_ROW * train.length ? 'inputs and answers are too long to align' : undefined;
  },
  async fit(train) {
    const split = splitters(train);
    const { input, source, separator } = split;
    const rows = rowsOf(train, split);
    const stride = Math.max(1, Math.ceil(countPairs(rows) / MAX_PAIRS));
    const table = alignSymbols(rows.filter((_, row) => row % stride === 0));
    return rowPredictor('word_for_word', (example) => {
      return {
        text: source(input(example))
          .flatMap((symbol) => translate(table, symbol))
          .join(separator),
      };
    });
  },
};

function rowsOf(train: readonly Example[], { input, source, target }: ReturnType<typeof splitters>): SymbolPair[] {
  return train.map((row) => ({ source: source(input(row)), target: target(answerText(row)) }));
}

function countPairs(rows: readonly SymbolPair[]): number {
  return rows.reduce((sum, { source, target }) => sum + source.length * target.length, 0);
}

function splitters(train: readonly Example[]) {
  const input = inputReader(train);
  const severalWords = (texts: string[]) => texts.filter((text) => words(text).length > 1).length * 2 > texts.length;
  const source = severalWords(train.map(input)) ? words : letters;
  const target = severalWords(train.map(answerText)) ? words : letters;
  return { input, source, target, separator: target === words ? ' ' : '' };
}

function translate(table: SymbolTable, symbol: string): string[] {
  const known = table.get(symbol) ?? table.get(symbol.toLowerCase());
  if (known === undefined) return [symbol];
  return known.target === undefined ? [] : [known.target];
}
