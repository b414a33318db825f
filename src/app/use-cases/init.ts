import { withCall } from '../terminal/with-progress.ts';
import { columnsField } from './shared/columns-field.ts';
import { defineUseCase } from './use-case.ts';
import type { ColumnMapping } from '../../data/columns.ts';
import type { Guess } from '../../data/guess/index.ts';
import type { Base } from '../init/base.ts';
import type { ColumnReading, InitHints } from '../init/read-columns.ts';
import type { NextStep } from '../init/next-steps.ts';
import type { InitFindings } from '../init/warnings.ts';

/** Interactive questions. */
export interface InitQuestions {
  /** Hints on the columns; `{}` keeps the likeliest reading. */
  columns(reading: ColumnReading): Promise<InitHints>;
  model(base: Base): Promise<string>;
  /** Whether to fetch a base now that is not on this machine. */
  fetch(base: Base): Promise<boolean>;
  group(columns: readonly string[]): Promise<string | undefined>;
  overwrite(file: string): Promise<boolean>;
}

export interface InitResult {
  recipe: string;
  format: string;
  reason: string;
  /** The recipe's mapping; undefined where the columns have the format's own names. */
  columns?: ColumnMapping;
  objective: string;
  model: string;
  /** Command that fetches the model, if it is not on this machine. */
  command?: string;
  /** The npm package that the command fetches. */
  package?: Base['package'];
  /** Remark on the model before tuning. */
  remark?: string;
  /** Readings of the columns, likeliest first. */
  guesses: Guess[];
  /** Why the first was taken. */
  reasons: readonly string[];
  /** Columns that the guess leaves out. */
  unread: readonly string[];
  /** A reading was taken though another is nearly as likely. */
  isClear: boolean;
  problems: InitFindings['inspection']['problems'];
  /** Why this model. */
  because: string;
  /** Expected problems, a sentence each. */
  warnings: readonly string[];
  /** Commands that lead on, in their order. */
  next: readonly NextStep[];
}

export const useCase = defineUseCase({
  section: 'Start',
  summary: 'write a recipe for your data',
  arguments: ({ argument }) => [
    argument('file', 'FILE', 'jsonl, json, csv, tsv or parquet; a folder of these, or of images by class'),
  ],
  options: (fields) => ({
    textColumn: fields.parsed(fields.z.array(fields.z.string()), 'COLUMNS', 'input columns; join several with commas', {
      read: (typed) =>
        String(typed)
          .split(',')
          .map((name) => name.trim()),
    }),
    labelColumn: fields.text('COLUMN', 'label column: a class, classes or a number'),
    answerColumn: fields.text('COLUMN', 'column with the answer to write'),
    model: fields.text('FOLDER|NAME', 'model to tune (chosen by the kind of rows)'),
    output: fields.text('FILE', 'recipe to write (named after the data)'),
    format: fields.text('NAME', 'row format, if it is not recognised'),
    columns: columnsField(fields, "the format's field → your column, or a list of columns"),
    groupBy: fields.text('COLUMN', 'rows with the same value stay in one split'),
    yes: fields.flag('do not ask: take the most likely columns, download the model'),
    force: fields.flag('replace an existing recipe'),
    ask: fields.inMemory<InitQuestions>('answers what is not clear; without it, that is refused'),
  }),
  effects: ['writes-files', 'fetches'],
  examples: [
    'init tickets.csv',
    'init tickets.csv --text-column subject,body --label-column queue --yes',
    'init faq.csv --answer-column reply --yes',
    'init faq.csv --columns "{prompt: question, completion: reply}" --yes',
  ],
  async run({ file, ...options }, call): Promise<InitResult> {
    const { init } = await import('../init/run-init.ts');
    return init(file, { ...options, ...call });
  },
  async inTerminal({ file, ...options }, console): Promise<InitResult> {
    const { init } = await import('../init/run-init.ts');
    const isAsked = options.yes !== true && console.isInteractive;
    const ask = isAsked ? (await import('../init/column-questions.ts')).initQuestions : undefined;
    return withCall(console, undefined, (call) => init(file, { ...options, ...call, ask }));
  },
  async render(written, terminal) {
    const { describeInit } = await import('./text/init.ts');
    return describeInit(written, terminal);
  },
});
