import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CompletionExample, TextExample } from '../../data/example.ts';
import { parseJson } from '../../files/json.ts';

/** Held-out rows of general knowledge, which no run trains on, to measure forgetting. */
export interface GeneralSet {
  /** Passages of English prose; passages of one document form a group. */
  passages: TextExample[];
  questions: GeneralQuestion[];
}

/** A definition with several words to choose from. */
export interface GeneralQuestion {
  choices: CompletionExample[];
  /** Index of the right one in `choices`. */
  right: number;
}

interface PassageRow {
  text: string;
  document: number;
}

interface QuestionRow {
  definition: string;
  choices: string[];
  answer: string;
}

/** Reads the set in assets/general; its README describes its origin. */
export function readGeneralSet(): GeneralSet {
  const passages = readRows<PassageRow>('text.jsonl').map(({ text, document }, row): TextExample => {
    return { kind: 'text', ...provenance('text.jsonl', row), group: `${document}`, text };
  });
  const questions = readRows<QuestionRow>('words.jsonl').map(({ definition, choices, answer }, row) => ({
    choices: choices.map((choice): CompletionExample => {
      const prompt = `Definition: ${definition}\nWord:`;
      return { kind: 'completion', ...provenance('words.jsonl', row), prompt, completion: ` ${choice}` };
    }),
    right: choices.indexOf(answer),
  }));
  return { passages, questions };
}

function provenance(file: string, row: number) {
  return { id: `general/${file}:${row + 1}`, source: { file: `assets/general/${file}`, line: row + 1 } };
}

function readRows<Row>(name: string): Row[] {
  const path = fileURLToPath(new URL(`../../../assets/general/${name}`, import.meta.url));
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => parseJson(line) as Row);
}
