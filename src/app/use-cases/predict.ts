import { AttuneError, type Problem } from '../../base/errors.ts';
import { withCall } from '../terminal/with-progress.ts';
import { layoutFields } from './shared/layout-fields.ts';
import { baseField, computeFields, constraintFields, storageField } from './shared/sampling-fields.ts';
import { defineUseCase } from './use-case.ts';
import type { OutputRow } from '../predict/output-row.ts';

export interface Predicted {
  /** Input files. */
  input: readonly string[];
  /** Number of rows answered, including invalid ones. */
  rows: number;
  /** Number of rows with an error instead of a prediction. */
  bad: number;
  /** The first problems of invalid rows. */
  problems: Problem[];
  /** Number of rows in the input, if known. */
  available?: number;
  /** Added columns whose usual names the input already has, with their names in the output. */
  renamed: Record<string, string>;
  to?: string;
  /** By label: the threshold, if one was chosen. */
  thresholds?: Readonly<Record<string, number>>;
  /** The rows with the added columns, if no file is written. */
  answers?: OutputRow[];
}

/** Maximum number of a file's rows to print. */
const SHOWN_ROWS = 10;

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'apply a model to new rows: classes, numbers, tags, answers in texts',
  arguments: ({ argument }) => [argument('model', 'MODEL', 'folder of a run, an adapter or a model')],
  options: (fields) => ({
    input: fields.parsed(
      fields.z.union([
        fields.z.string(),
        fields.z.custom<Iterable<unknown> | AsyncIterable<unknown>>(
          (given) => typeof given === 'object' && given !== null,
        ),
      ]),
      'FILE',
      'rows as in training, without answers; or a folder of images or recordings; can be repeated',
      { many: true, read: (typed) => [typed].flat() },
    ),
    text: fields.texts('TEXT', 'a text to answer; can be repeated'),
    output: fields.text('FILE', 'output: the rows with prediction, probability and error added; .csv, .tsv or .jsonl', {
      aliases: ['--to'],
    }),
    topK: fields.count('COUNT', 'the most likely classes of each row with their probabilities'),
    probabilities: fields.flag('the probability of every class; in a table, one column each'),
    threshold: fields.parsed(
      fields.z.union([fields.z.number(), fields.z.record(fields.z.string(), fields.z.number())]),
      'P',
      'threshold of a label, instead of the one chosen in training; LABEL=P for one label',
      { many: true, read: (typed) => readThresholds([typed].flat()) },
    ),
    strict: fields.flag('refuse all rows if one is bad; otherwise a bad row gets an error instead of an answer'),
    ...layoutFields(fields),
    maxNewTokens: fields.count('COUNT', 'maximum tokens of a generated answer (256)'),
    ...constraintFields(fields),
    ...baseField(fields),
    trainedDefaults: fields.flag('use neither system message nor tools of the training rows', {
      flag: '--no-trained-defaults',
    }),
    ...computeFields(fields, 'auto, bf16 or f32'),
    ...storageField(fields),
    limit: fields.inMemory<number>('maximum number of rows to answer'),
  }),
  effects: ['computes', 'writes-files'],
  examples: [
    'predict runs/tickets --text "My invoice is wrong"',
    'predict runs/tickets --input new-tickets.csv --output answered.csv',
    'predict runs/tickets --input new-tickets.csv --output answered.jsonl --top-k 3',
    'predict runs/replies --input mails.csv --output urgent.csv --choices yes,no',
    'predict runs/photos --input photos/ --output classes.csv',
  ],
  async run({ model, ...options }, call): Promise<Predicted> {
    const { predict } = await import('../predict.ts');
    return predict(model, { ...options, ...call });
  },
  async inTerminal({ model, ...options }, console): Promise<Predicted> {
    const { predict } = await import('../predict.ts');
    const isShown = options.output === undefined && options.text === undefined && !console.isJson;
    const limit = isShown ? SHOWN_ROWS : undefined;
    return withCall(console, 'stopping; answers so far are kept', (call) =>
      predict(model, { ...options, ...call, limit }),
    );
  },
  async render(predicted, terminal) {
    const { describePredicted, describeTexts } = await import('./text/prediction.ts');
    return predicted.input.length > 0 || predicted.to !== undefined
      ? describePredicted(predicted, terminal)
      : describeTexts(predicted, terminal);
  },
});

/** Parses `0.3` for all labels that have a threshold, `LABEL=0.3` for one. */
function readThresholds(given: readonly string[]): number | Record<string, number> {
  const parts = given.map((text) => {
    const at = text.lastIndexOf('=');
    const value = Number(text.slice(at + 1).trim() || Number.NaN);
    if (!(value >= 0 && value <= 1)) throw badThreshold(text);
    return { label: at < 0 ? undefined : text.slice(0, at), value };
  });
  if (parts.length === 1 && parts[0].label === undefined) return parts[0].value;
  if (parts.some(({ label }) => label === undefined)) throw badThreshold(given.join(', '));
  return Object.fromEntries(parts.map(({ label, value }) => [label!, value]));
}

function badThreshold(got: string): AttuneError {
  const expected = 'a probability from 0 to 1, or LABEL=PROBABILITY per label';
  return new AttuneError('E_USAGE', { what: '--threshold is not a probability', got, expected });
}
