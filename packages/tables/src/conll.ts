import { type LineReading, readLines } from '@attune/files/lines';
import type { Container, RawRow } from './container.ts';

const DOCUMENT = '-DOCSTART-';

/** One word per line with its tag as the last column, and an empty line after each sentence (CoNLL 2003). */
async function* read(path: string, _file: string, reading?: LineReading): AsyncGenerator<RawRow, void, undefined> {
  let sentence = newSentence(1);
  for await (const { number, text, defect } of readLines(path, reading)) {
    const columns = (text ?? '').trim().split(/[\t ]+/);
    if (defect !== undefined) yield { line: number, defect };
    else if (columns[0] === '') {
      if (sentence.tokens.length > 0) yield rowOf(sentence);
      sentence = newSentence(number + 1);
    } else if (columns[0] === DOCUMENT) sentence = newSentence(number + 1);
    else if (columns.length === 1) {
      const reason = `one column, "${columns[0].slice(0, 40)}"`;
      yield { line: number, defect: { reason, fix: 'write a word, then its tag, with a space or a tab between them' } };
    } else {
      if (sentence.tokens.length === 0) sentence.line = number;
      sentence.tokens.push(columns[0]);
      sentence.tags.push(columns[columns.length - 1]);
    }
  }
  if (sentence.tokens.length > 0) yield rowOf(sentence);
}

interface Sentence {
  line: number;
  tokens: string[];
  tags: string[];
}

function newSentence(line: number): Sentence {
  return { line, tokens: [], tags: [] };
}

function rowOf({ line, tokens, tags }: Sentence): RawRow {
  return { line, value: { tokens, tags } };
}

export const conll: Container = { read };
