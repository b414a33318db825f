import type { InputRow } from '../../data/index.ts';
import type { AnswerKind } from '../../worker/jobs/predict.ts';
import type { PredictedRow } from './predicted-row.ts';

/** A row of the input with what is added to it. */
export type OutputRow = Record<string, unknown>;

export interface AddedOptions {
  answers: AnswerKind;
  labels: readonly string[];
  /** Whether the probabilities of all classes are wanted. */
  hasProbabilities: boolean;
  /** How many of the likeliest classes are wanted. */
  topK: number;
  /** Whether rows come from several files, so that each says from which. */
  hasFiles: boolean;
  /** Whether values are cells: lists and objects are laid out as columns then. */
  isTable: boolean;
}

/** What is added to each row: a name, and its value. */
interface Added {
  name: string;
  value(predicted: PredictedRow, input: InputRow): unknown;
}

function addedFor(options: AddedOptions): Added[] {
  const { answers } = options;
  const hasScores = answers === 'label' || answers === 'labels';
  return [
    ...(options.hasFiles ? [{ name: 'file', value: (_: PredictedRow, input: InputRow) => input.file }] : []),
    { name: 'prediction', value: (row) => row.prediction },
    ...(hasScores ? [{ name: 'probability', value: probabilityOf }] : []),
    ...(answers === 'tags' ? [{ name: 'spans', value: (row: PredictedRow) => row.spans }] : []),
    ...(answers === 'stretch' ? [{ name: 'stretch', value: (row: PredictedRow) => row.stretch }] : []),
    ...(answers === 'text' ? [{ name: 'cut', value: (row: PredictedRow) => row.cut }] : []),
    ...(options.isTable ? probabilityColumns(options) : probabilityValues(options)),
    { name: 'error', value: (row) => row.error },
  ];
}

function probabilityColumns({ topK, hasProbabilities, labels }: AddedOptions): Added[] {
  const places = Array.from({ length: topK }, (_, i) => i);
  const top = places.flatMap((i): Added[] => [
    { name: `top_${i + 1}`, value: (row) => likeliest(row).at(i)?.label },
    { name: `top_${i + 1}_probability`, value: (row) => likeliest(row).at(i)?.probability },
  ]);
  const all = labels.map((label): Added => {
    return { name: `probability_${label}`, value: (row) => row.probabilities?.[label] };
  });
  return [...top, ...(hasProbabilities ? all : [])];
}

function probabilityValues({ topK, hasProbabilities }: AddedOptions): Added[] {
  const top: Added = { name: 'top', value: (row) => (row.probabilities ? likeliest(row).slice(0, topK) : undefined) };
  const all: Added = { name: 'probabilities', value: (row) => row.probabilities };
  return [...(topK > 0 ? [top] : []), ...(hasProbabilities ? [all] : [])];
}

/** Of the class that is given; of several a list, in their order. */
function probabilityOf({ prediction: given, probability, probabilities = {} }: PredictedRow): unknown {
  return Array.isArray(given) ? given.map((label) => probabilities[label]) : probability;
}

function likeliest({ probabilities = {} }: PredictedRow): { label: string; probability: number }[] {
  const all = Object.entries(probabilities).map(([label, probability]) => ({ label, probability }));
  return all.toSorted((a, b) => b.probability - a.probability);
}

/** Lays predictions out beside the columns of their rows, none of which is written over. */
export class OutputLayout {
  /** All columns of a table. */
  readonly columns: readonly string[];
  /** Names of what is added, where the input has a column of the usual name. */
  readonly renamed: ReadonlyMap<string, string>;
  readonly #added: readonly (Added & { column: string })[];

  constructor(inputColumns: Iterable<string>, options: AddedOptions) {
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
    const added = this.#added.map(({ column, value }) => [column, value(predicted, input)] as const);
    return { ...input.columns, ...Object.fromEntries(added.filter(([, value]) => value !== undefined)) };
  }
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}_${count}`;
  return free;
}
