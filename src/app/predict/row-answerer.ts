import type { Problem } from '../../base/errors.ts';
import type { ColumnMapping } from '../../data/columns.ts';
import { readInputs, type InputRow, type KnownShapes } from '../../data/index.ts';
import type { PredictorDescription } from '../../answering/predict/predict.ts';
import { openAnsweringModel, type Signals } from './answering-model.ts';
import { exampleInTrainedForm, trainedForm, type TrainedForm } from '../prompt-form.ts';
import { rowOfText, shapesFor, textFormat } from './input-shapes.ts';
import { failedRow, predictedRow, thresholdsOf, type PredictedRow, type ReadingOptions } from './predicted-row.ts';
import type { AnsweringModel, AnswerOptions, PredictorOptions } from './cheap-answers.ts';

/** A row like the training rows, whose answer may be missing; or only its text or file path. */
export type Row = Readonly<Record<string, unknown>> | string;

/** Format and columns of rows. */
export interface LayoutOptions {
  /** Row format; default: that of the training rows. */
  format?: string;
  /** Maps the format's fields to columns; default: as in training. */
  columns?: ColumnMapping;
}

export interface RowsOptions
  extends LayoutOptions, ReadingOptions, Pick<AnswerOptions, 'maxNewTokens' | 'constraint'> {}

/** A model, together with the conversion of rows to its examples and of its predictions to answers. */
export class RowAnswerer {
  readonly description: PredictorDescription;
  /** Expected form of files of rows. */
  readonly known: KnownShapes;
  readonly #model: AnsweringModel;
  readonly #trained: TrainedForm | undefined;

  /** @param trained prompt form of the training rows of a chat model; undefined to use rows unchanged */
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

  /** Rejects if the model's process ends before it is closed. */
  get ended(): Promise<unknown> {
    return this.#model.ended ?? new Promise(() => undefined);
  }

  /** Parses rows in memory like rows of a file; plain texts are converted to rows first. */
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

  /** Returns one answer per row; rows without an example get their problems as an error. */
  async answer(
    inputs: readonly InputRow[],
    options: ReadingOptions & AnswerOptions & { onTokens?: (read: number) => void } = {},
  ): Promise<PredictedRow[]> {
    const { topK, threshold, maxNewTokens, constraint, done, total, onTokens } = options;
    const { description } = this;
    const thresholds = thresholdsOf(description, threshold);
    const examples = inputs.flatMap(({ example }) => example ?? []);
    const asked = examples.map((example) => exampleInTrainedForm(example, this.#trained));
    const answered = await this.#model.answer(asked, { maxNewTokens, constraint, done, total });
    onTokens?.(answered.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0));
    const predictions = answered.values();
    return inputs.map(({ example, problems, columns, file, line }) => {
      // A row that could not be parsed is identified by its file and line.
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
