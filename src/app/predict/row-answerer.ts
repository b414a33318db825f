import type { Problem } from '../../base/errors.ts';
import type { ColumnMapping } from '../../data/columns.ts';
import { readInputs, type InputRow, type KnownShapes } from '../../data/index.ts';
import type { PredictorDescription } from '../../answering/predict/predict.ts';
import { openAnsweringModel, type Signals } from './answering-model.ts';
import { exampleInTrainedForm, trainedForm, type TrainedForm } from '../prompt-form.ts';
import { rowOfText, shapesFor, textFormat } from './input-shapes.ts';
import { failedRow, predictedRow, thresholdsOf, type PredictedRow, type ReadingOptions } from './predicted-row.ts';
import type { AnsweringModel, AnswerOptions, PredictorOptions } from './cheap-answers.ts';

/** A row like those that the model was trained on, whose answer may be missing; or the text alone (or a file's path). */
export type Row = Readonly<Record<string, unknown>> | string;

/** How rows are read. */
export interface LayoutOptions {
  /** Row format; as the model was trained unless given. */
  format?: string;
  /** The format's field → your column; as the model was trained unless given. */
  columns?: ColumnMapping;
}

export interface RowsOptions extends LayoutOptions, ReadingOptions, Pick<AnswerOptions, 'maxNewTokens'> {}

/** A model with what turns rows into its examples, and its predictions into answers. */
export class RowAnswerer {
  readonly description: PredictorDescription;
  /** Expected form of files of rows. */
  readonly known: KnownShapes;
  readonly #model: AnsweringModel;
  readonly #trained: TrainedForm | undefined;

  /** @param trained how a model of conversations was trained to be asked; undefined to ask rows as they are */
  constructor(model: AnsweringModel, origin: string, trained?: TrainedForm) {
    this.#model = model;
    this.#trained = model.description.task === 'causal-lm' ? trained : undefined;
    this.description = model.description;
    this.known = shapesFor(model.description, origin);
  }

  static async open(options: PredictorOptions, job?: Signals): Promise<RowAnswerer> {
    const { target, trainedDefaults = true } = options;
    return new RowAnswerer(
      await openAnsweringModel(options, job),
      target,
      trainedDefaults ? trainedForm(target) : undefined,
    );
  }

  /** Rejects when the model's process is gone before it was closed. */
  get ended(): Promise<unknown> {
    return this.#model.ended ?? new Promise(() => undefined);
  }

  /** Rows in memory as if they stood in a file; texts are read in their own way. */
  async read(rows: readonly Row[], layout: LayoutOptions = {}, firstLine = 1): Promise<InputRow[]> {
    const inputs: InputRow[] = [];
    const texts = [...rows.keys()].filter((i) => typeof rows[i] === 'string');
    const others = [...rows.keys()].filter((i) => typeof rows[i] !== 'string');
    const shaped = { known: this.known, format: layout.format, columns: layout.columns };
    for (const [places, how] of [
      [texts, { format: textFormat(this.description) }],
      [others, shaped],
    ] as const) {
      const values = places.map((i) => this.#rowOf(rows[i]));
      let next = 0;
      for await (const input of readInputs({ ...MEMORY, ...how, path: process.cwd(), rows: values })) {
        const place = places[next++];
        inputs[place] = atLine(input, firstLine + place);
      }
    }
    return inputs;
  }

  #rowOf(row: Row): Record<string, unknown> {
    return typeof row === 'string' ? rowOfText(row, this.description) : row;
  }

  /** One answer for each row; those without an example get what is wrong with them. */
  async answer(
    inputs: readonly InputRow[],
    options: ReadingOptions & AnswerOptions & { onTokens?: (read: number) => void } = {},
  ): Promise<PredictedRow[]> {
    const { topK, threshold, maxNewTokens, done, total, onTokens } = options;
    const { description } = this;
    const thresholds = thresholdsOf(description, threshold);
    const examples = inputs.flatMap(({ example }) => example ?? []);
    const asked = examples.map((example) => exampleInTrainedForm(example, this.#trained));
    const answered = await this.#model.answer(asked, { maxNewTokens, done, total });
    onTokens?.(answered.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0));
    const predictions = answered.values();
    return inputs.map(({ example, problems, columns, file, line }) => {
      // A row that cannot be taken apart is known by its place alone.
      const place = columns === undefined ? `${file}:${line}: ` : '';
      if (example === undefined) return failedRow(place + problems.map(describeDefect).join('; '));
      return predictedRow(predictions.next().value!, example, { description, topK, thresholds });
    });
  }

  close(): Promise<void> {
    return this.#model.close();
  }
}

const MEMORY = { file: 'rows', source: 0, isInput: true };

function atLine({ example, problems, ...input }: InputRow, line: number): InputRow {
  const { file } = input;
  return {
    ...input,
    line,
    example: example && { ...example, source: { file, line } },
    problems: problems.map((problem) => ({ ...problem, line })),
  };
}

function describeDefect({ field, message }: Problem): string {
  return field === undefined ? message : `${field} ${message}`;
}
