import { withCall } from '../terminal/with-progress.ts';
import { columnsField, roleFields } from './shared/columns-field.ts';
import { defineUseCase } from './use-case.ts';
import type { ColumnMapping } from '../../data/columns.ts';
import type { Guess } from '../../data/guess/index.ts';
import type { Base } from '../init/base.ts';
import type { ColumnReading, InitHints } from '../init/read-columns.ts';
import type { NextStep } from '../init/next-steps.ts';
import type { InitFindings } from '../init/warnings.ts';

/** Interactive questions. */
export interface InitQuestions {
  /** Hints on the columns; `{}` accepts the most likely interpretation. */
  columns(reading: ColumnReading): Promise<InitHints>;
  model(base: Base): Promise<string>;
  /** Whether to download a base that is not on this machine. */
  fetch(base: Base): Promise<boolean>;
  group(columns: readonly string[]): Promise<string | undefined>;
  overwrite(file: string): Promise<boolean>;
}

export interface InitResult {
  recipe: string;
  format: string;
  reason: string;
  /** The recipe's column mapping; undefined if the columns have the format's own names. */
  columns?: ColumnMapping;
  objective: string;
  model: string;
  /** Command that downloads the model, if it is not on this machine. */
  command?: string;
  /** The npm package that the command downloads. */
  package?: Base['package'];
  /** Remark on the model before tuning. */
  remark?: string;
  /** Interpretations of the columns, most likely first. */
  guesses: Guess[];
  /** Reasons for choosing the first interpretation. */
  reasons: readonly string[];
  /** Columns that the interpretation does not use. */
  unread: readonly string[];
  /** Whether no other interpretation is nearly as likely. */
  isClear: boolean;
  problems: InitFindings['inspection']['problems'];
  /** Reason for choosing this model. */
  because: string;
  /** Expected problems, each a sentence. */
  warnings: readonly string[];
  /** Commands to run next, in order. */
  next: readonly NextStep[];
}

export const useCase = defineUseCase({
  section: 'Start',
  summary: 'write a recipe for your data',
  arguments: ({ argument }) => [
    argument('file', 'FILE', 'jsonl, json, csv, tsv or parquet; a folder of these, or of images by class'),
  ],
  options: (fields) => ({
    ...roleFields(fields),
    model: fields.text('FOLDER|NAME', 'model to tune (chosen by the kind of rows)'),
    output: fields.text('FILE', 'recipe to write (named after the data)'),
    format: fields.text('NAME', 'row format, if it is not recognised'),
    columns: columnsField(fields, "the format's field → your column, or a list of columns"),
    groupBy: fields.text('COLUMN', 'rows with the same value stay in one split'),
    yes: fields.flag('do not ask: take the most likely columns, download the model'),
    force: fields.flag('replace an existing recipe'),
    ask: fields.inMemory<InitQuestions>('asks about unclear columns; without it, they are an error'),
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
