import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CompletionExample, TextExample } from '../../data/example.ts';
import { parseJson } from '../../files/json.ts';

/** Rows that no run trains on: what a model knew before, so that one can see what a run made it forget. */
export interface GeneralSet {
  /** Passages of English prose; those of one document are one group. */
  passages: TextExample[];
  questions: GeneralQuestion[];
}

/** A definition with several words, one of them right. */
export interface GeneralQuestion {
  choices: CompletionExample[];
  /** Place of the right one in `choices`. */
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

/** The set in assets/general; its README says what it is made of. */
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
