/** Finds rows with the same question but different answers: one of them is wrong, or the question is underspecified. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { normalWords } from '../../data/index.ts';
import type { DataRow } from '@attune/documents';
import { sha256 } from '../../files/hash.ts';
import { DiskItems } from '../disk-items.ts';
import { actionOption, flagRow } from '../judge-rows.ts';
import { questionAnswer } from '../question-answer.ts';
import { defineStep } from '../preparation-step.ts';

const options = z.strictObject({
  question: z.array(z.string()).nullable().default(null).describe('columns of the question; null: found by name'),
  answer: z.string().nullable().default(null).describe('column of the answer; null: found by name'),
  action: actionOption('flag'),
});

type Options = z.output<typeof options>;

const CONTRADICTION = 'same question, different answers';

export const step = defineStep<Options>({
  summary: 'flag rows with the same question and different answers, ignoring case, punctuation and spacing',
  takes: ['row'],
  version: 1,
  options,
  open(given, context) {
    return async function* run(items, notes) {
      using answers = new AnswerTable(context.folder);
      const rows = await DiskItems.gathered(items, context, (row) => {
        const hashes = hashesOf(row, given);
        if (hashes === undefined) notes.find(row, 'no question with an answer');
        else answers.add(hashes);
      });
      for await (const row of rows.rows()) {
        const hashes = hashesOf(row, given);
        if (hashes === undefined || !answers.isContradicted(hashes.question)) yield row;
        else if (given.action === 'flag') yield flagRow(row, [CONTRADICTION], notes);
        else notes.leaveOut(row, CONTRADICTION);
      }
    };
  },
});

interface Hashes {
  question: string;
  answer: string;
}

function hashesOf(row: DataRow, given: Options): Hashes | undefined {
  const pair = questionAnswer(row, given);
  if (pair === undefined) return undefined;
  return { question: hashOf(pair.question), answer: hashOf(pair.answer) };
}

const DIGITS = 24;

function hashOf(text: string): string {
  return sha256(normalWords(text).join(' ')).slice(0, DIGITS);
}

/** Each question's first answer, and whether a different one followed; stored on disk. */
class AnswerTable implements Disposable {
  readonly #database: DatabaseSync;
  readonly #add;
  readonly #get;

  constructor(folder: string) {
    this.#database = new DatabaseSync(join(mkdtempSync(join(folder, 'answers-')), 'answers.sqlite'));
    this.#database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
      CREATE TABLE answers (question TEXT PRIMARY KEY, answer TEXT, others INTEGER DEFAULT 0) WITHOUT ROWID; BEGIN`);
    this.#add = this.#database.prepare(`INSERT INTO answers (question, answer) VALUES (?, ?)
      ON CONFLICT (question) DO UPDATE SET others = others OR answer <> excluded.answer`);
    this.#get = this.#database.prepare('SELECT others FROM answers WHERE question = ?');
  }

  add({ question, answer }: Hashes): void {
    this.#add.run(question, answer);
  }

  isContradicted(question: string): boolean {
    return (this.#get.get(question) as { others: number } | undefined)?.others === 1;
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
