import { entryOf } from '../../base/table.ts';
import type { InputRow } from '../../data/index.ts';
import type { AnswerKind } from '../../answering/tasks/define.ts';
import type { PredictedRow } from './predicted-row.ts';

/** An input row with the added columns. */
export type OutputRow = Record<string, unknown>;

export interface AddedOptions {
  answers: AnswerKind;
  labels: readonly string[];
  /** Whether to add the probabilities of all classes. */
  hasProbabilities: boolean;
  /** Number of most likely classes to add. */
  topK: number;
  /** Whether rows come from several files, so that each states its file. */
  hasFiles: boolean;
  /** Whether rows contain typed questions. */
  hasDecisions: boolean;
  /** Whether the output is a table, in which lists and objects become columns. */
  isTable: boolean;
}

interface Likely {
  label: string;
  probability: number;
}

/** Inputs of a value in addition to the prediction. */
interface RowContext {
  input: InputRow;
  /** The requested number of most likely classes. */
  top: readonly Likely[];
}

/** An added column: its name and value. */
interface Added {
  name: string;
  value(predicted: PredictedRow, context: RowContext): unknown;
}

function addedFor(options: AddedOptions): Added[] {
  const { answers } = options;
  const hasScores = answers === 'label' || answers === 'labels';
  return [
    ...(options.hasFiles ? [{ name: 'file', value: (_: PredictedRow, { input }: RowContext) => input.file }] : []),
    { name: 'prediction', value: (row) => row.prediction },
    ...(hasScores ? [{ name: 'probability', value: probabilityOf }] : []),
    ...(answers === 'tags' ? [{ name: 'spans', value: (row: PredictedRow) => row.spans }] : []),
    ...(answers === 'steps' ? [{ name: 'steps', value: (row: PredictedRow) => row.steps }] : []),
    ...(answers === 'stretch' ? [{ name: 'stretch', value: (row: PredictedRow) => row.stretch }] : []),
    ...(options.hasDecisions ? [{ name: 'answers', value: (row: PredictedRow) => row.answers }] : []),
    ...(answers === 'text' ? [{ name: 'cut', value: (row: PredictedRow) => row.cut }] : []),
    ...(options.isTable ? probabilityColumns(options) : probabilityValues(options)),
    { name: 'error', value: (row) => row.error },
  ];
}

function probabilityColumns({ topK, hasProbabilities, labels }: AddedOptions): Added[] {
  const places = Array.from({ length: topK }, (_, i) => i);
  const likeliest = places.flatMap((i): Added[] => [
    { name: `top_${i + 1}`, value: (_, { top }) => top.at(i)?.label },
    { name: `top_${i + 1}_probability`, value: (_, { top }) => top.at(i)?.probability },
  ]);
  const all = labels.map((label): Added => {
    return { name: `probability_${label}`, value: (row) => entryOf(row.probabilities, label) };
  });
  return [...likeliest, ...(hasProbabilities ? all : [])];
}

function probabilityValues({ topK, hasProbabilities }: AddedOptions): Added[] {
  const likeliest: Added = { name: 'top', value: (row, { top }) => (row.probabilities ? top : undefined) };
  const all: Added = { name: 'probabilities', value: (row) => row.probabilities };
  return [...(topK > 0 ? [likeliest] : []), ...(hasProbabilities ? [all] : [])];
}

/** Probability of the predicted class; for several classes a list in their order. */
function probabilityOf({ prediction: given, probability, probabilities = {} }: PredictedRow): unknown {
  return Array.isArray(given) ? given.map((label) => entryOf(probabilities, label)) : probability;
}

function likeliestOf({ probabilities = {} }: PredictedRow, count: number): Likely[] {
  if (count === 0) return [];
  const all = Object.entries(probabilities).map(([label, probability]) => ({ label, probability }));
  return all.toSorted((a, b) => b.probability - a.probability).slice(0, count);
}

/** Adds predictions to the columns of their rows, without overwriting any. */
export class OutputLayout {
  /** All columns of a table. */
  readonly columns: readonly string[];
  /** Names of added columns that differ from the usual ones because the input already has those. */
  readonly renamed: ReadonlyMap<string, string>;
  readonly #added: readonly (Added & { column: string })[];
  readonly #topK: number;

  constructor(inputColumns: Iterable<string>, options: AddedOptions) {
    this.#topK = options.topK;
    const own = [...inputColumns];
    const taken = new Set(own);
    this.#added = addedFor(options).map((added) => {
      const column = freeName(added.name, taken);
      taken.add(column);
      return { ...added, column };
    });
    this.columns = [...own, ...this.#added.map(({ column }) => column)];
    const renamed = this.#added.filter(({ name, column }) => column !== name);
    this.renamed = new Map(renamed.map(({ name, column }) => [name, column]));
  }

  row(input: InputRow, predicted: PredictedRow): OutputRow {
    const context = { input, top: likeliestOf(predicted, this.#topK) };
    const added = this.#added.map(({ column, value }) => [column, value(predicted, context)] as const);
    return { ...input.columns, ...Object.fromEntries(added.filter(([, value]) => value !== undefined)) };
  }
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}_${count}`;
  return free;
}
