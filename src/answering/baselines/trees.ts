// R rows, F features
import type { Example } from '../../data/example.ts';
import { answerText } from '../../scoring/prompt-text.ts';
import { rowPredictor } from '../../scoring/predictor.ts';
import { numbersOf } from './baseline.ts';
import { fitTrees, openTrees, storedTrees, treeOutputs, treeProbabilities, type TreeTarget } from './boosted-trees.ts';
import { keptBaseline } from './kept.ts';
import { classPrediction } from './logistic-regression.ts';
import { noTable, tableColumns, tableRow, type TableColumn } from './table-columns.ts';

const FEWEST_ROWS = 20;

/** Gradient-boosted trees on a table's numbers, dates and categories; text columns are ignored. */
export const trees = keptBaseline({
  name: 'trees',
  title: 'gradient-boosted trees on the columns',
  ofTables: true,
  forms: ['classes', 'numbers'],
  mostRows: 50_000,
  unfit(train) {
    if (train.length < FEWEST_ROWS) return 'there are too few training rows';
    const isOfClasses = train[0].kind !== 'regression';
    if (isOfClasses && new Set(train.map(answerText)).size < 2) return 'all training rows have the same answer';
    return noTable(train);
  },
  async learn(train, options) {
    const columns = tableColumns(train);
    const { classes, target } = targetOf(train);
    const model = await fitTrees(byFeature(columns, train), target, options?.signal);
    return { values: { columns, classes }, arrays: storedTrees(model) };
  },
  open({ values, arrays }) {
    const { columns, classes } = values as unknown as { columns: TableColumn[]; classes: string[] | null };
    const model = openTrees(arrays);
    return rowPredictor('trees', (example) => {
      const row = tableRow(columns, example);
      if (classes === null) return { text: String(treeOutputs(model, row)[0]) };
      return classPrediction(treeProbabilities(model, row), classes);
    });
  },
});

function targetOf(train: readonly Example[]): { classes: string[] | null; target: TreeTarget } {
  if (train[0].kind === 'regression')
    return { classes: null, target: { numbers: Float64Array.from(numbersOf(train)) } };
  const answers = train.map((example) => answerText(example).trim());
  const classes = [...new Set(answers)].sort();
  const place = new Map(classes.map((label, k) => [label, k]));
  return { classes, target: { classes: classes.length, labels: Int32Array.from(answers, (one) => place.get(one)!) } };
}

/** [F][R] */
function byFeature(columns: readonly TableColumn[], train: readonly Example[]): Float64Array[] {
  const rows = train.map((example) => tableRow(columns, example));
  return Array.from(rows[0], (_, f) => Float64Array.from(rows, (row) => row[f]));
}
