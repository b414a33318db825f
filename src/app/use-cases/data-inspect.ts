import { withCall } from '../terminal/with-progress.ts';
import type { RecipeFlags } from '../recipe/index.ts';
import { groupFields } from './shared/group-fields.ts';
import { defineUseCase } from './use-case.ts';
import type { Problem } from '../../base/errors.ts';
import type { DataReport, LabelReport, LengthReport } from '../../data/index.ts';
import type { Piece, ShownPart } from '../../models/text/index.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { DataGroups } from './data-groups.ts';

/** One row as the model would see it. */
export interface InspectedRow {
  file: string;
  line: number;
  /** Undefined without a model. */
  tokens?: number;
  trainedTokens?: number;
  /** The row's text in spans that are trained or not. */
  pieces: Pick<Piece, 'text' | 'trained'>[];
  /** The class, classes or number of the whole row. */
  label?: string;
  /** The text with special tokens marked and without the label, if `specials` requests it. */
  shown?: ShownPart[];
}

export interface DataInspectionResult {
  report: DataReport;
  objective: string;
  /** Name of the tokenizer's model, as in the recipe; undefined without one. */
  tokenizer?: string;
  lengths?: LengthReport;
  trainedTokens?: number;
  /** Labels of all splits, for rows with classes or numbers. */
  labels?: LabelReport;
  longRows: Recipe['data']['long_rows'];
  /** Rows of the training split longer than max_length. */
  tooLong: { file: string; line: number; tokens: number }[];
  rows: InspectedRow[];
  /** Rows that cannot be used for training. */
  problems: Problem[];
  /** Warnings about data that can be used for training, but not with good results. */
  remarks: string[];
  /** Groups of people in the rows, if requested. */
  groups?: DataGroups;
}

const STOPPING = 'stopping';

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'show how data is read: format, labels, and rows with the trained part in colour',
  arguments: ({ argument }) => [argument('path', 'PATH', 'a recipe, or data: a file, folder or glob')],
  options: (fields) => ({
    rows: fields.count('N', 'rows to show (3)'),
    ...groupFields(fields),
    flags: fields.inMemory<RecipeFlags>("settings that override the recipe's"),
  }),
  takesRecipe: true,
  effects: [],
  examples: [
    'data inspect tickets.yaml --rows 10',
    'data inspect tickets.jsonl --model attune-base',
    'data inspect tickets.csv --columns "{text: [subject, body], label: queue}"',
  ],
  stopping: STOPPING,
  async run({ path, ...options }, call): Promise<DataInspectionResult> {
    const { inspectTrainingData } = await import('../inspect-data.ts');
    return inspectTrainingData(path, { ...options, ...call });
  },
  async inTerminal({ path, ...options }, console): Promise<DataInspectionResult> {
    const { inspectTrainingData } = await import('../inspect-data.ts');
    const specials = !console.isJson && console.out.colours.isColorSupported;
    return withCall(console, STOPPING, (call) => inspectTrainingData(path, { ...options, ...call, specials }));
  },
  async render(inspection, terminal) {
    const { describeInspection } = await import('./text/data-inspect.ts');
    return describeInspection(inspection, terminal);
  },
});
