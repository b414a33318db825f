import type { Predicted, PredictOptions } from '../../app/predict.ts';
import { AttuneError } from '../../base/errors.ts';
import { defineCommand, type CommandContext } from '../command.ts';
import { layoutOf, layoutOptions } from '../layout-options.ts';
import { describePredicted, describeTexts } from '../../app/use-cases/text/prediction.ts';
import { openingOf } from '../sampling.ts';
import { withProgress } from '../../terminal/with-progress.ts';

/** Rows that people see of a file. */
const SHOWN_ROWS = 10;

type Shown = Predicted & { input: readonly string[] };

export const command = defineCommand<Shown>({
  section: 'Use',
  summary: 'apply a model to new rows: classes, numbers, tags, answers in texts',
  arguments: [{ name: 'MODEL', summary: "a run's folder, an adapter's or a model's", required: true }],
  options: [
    {
      name: '--input',
      value: 'FILE',
      many: true,
      summary: 'rows as in training, without answers; or a folder of images or recordings; may be repeated',
    },
    { name: '--text', value: 'TEXT', many: true, summary: 'a text to answer; may be repeated' },
    {
      name: '--output',
      aliases: ['--to'],
      value: 'FILE',
      summary: 'the rows with prediction, probability and error added: .csv, .tsv or .jsonl',
    },
    { name: '--top-k', value: 'COUNT', summary: 'the most likely classes of each row with their probabilities' },
    { name: '--probabilities', summary: 'the probability of every class; in a table one column for each' },
    {
      name: '--threshold',
      value: 'P',
      many: true,
      summary: 'threshold of a label, instead of the one chosen in training; LABEL=P for one label',
    },
    {
      name: '--strict',
      summary: 'refuse the rows if one of them is bad; otherwise it has its error in place of an answer',
    },
    ...layoutOptions,
    { name: '--max-new-tokens', value: 'COUNT', summary: 'longest answer of a model that writes (256)' },
    { name: '--base', summary: 'the base model, without the adapter' },
    { name: '--no-trained-defaults', summary: 'neither system message nor tools of the training rows' },
    { name: '--precision', value: 'TYPE', summary: 'auto, bf16 or f32' },
    {
      name: '--storage',
      value: 'NAME',
      summary:
        'int8_forward for faster and slightly other answers, nf4 for less memory; as it was trained unless given',
    },
  ],
  examples: [
    'predict runs/tickets --text "My invoice is wrong"',
    'predict runs/tickets --input new-tickets.csv --output answered.csv',
    'predict runs/tickets --input new-tickets.csv --output answered.jsonl --top-k 3',
    'predict runs/photos --input photos/ --output classes.csv',
  ],
  async run(context) {
    const { predict } = await import('../../app/predict.ts');
    const options = await optionsOf(context);
    const predicted = await withProgress(context, (onEvent) =>
      predict(context.argument('MODEL')!, { ...options, onEvent }),
    );
    return { input: context.all('--input'), ...predicted };
  },
  render: (predicted, terminal) =>
    predicted.input.length > 0 || predicted.to !== undefined
      ? describePredicted(predicted, terminal)
      : describeTexts(predicted, terminal),
});

async function optionsOf(context: CommandContext): Promise<PredictOptions> {
  const [input, texts] = [context.all('--input'), context.all('--text')];
  if (input.length > 0 === texts.length > 0) throw oneOf(input.length > 0);
  const to = context.option('--output');
  const { target: _, ...opening } = openingOf(context);
  const isShown = to === undefined && !context.isJson;
  return {
    ...opening,
    ...(await layoutOf(context)),
    ...(texts.length > 0 ? { rows: texts } : { input, limit: isShown ? SHOWN_ROWS : undefined }),
    to,
    topK: context.count('--top-k'),
    probabilities: context.has('--probabilities') || undefined,
    threshold: thresholdOf(context.all('--threshold')),
    strict: context.has('--strict'),
    trainedDefaults: context.has('--no-trained-defaults') ? false : undefined,
    maxNewTokens: context.count('--max-new-tokens'),
    signal: context.stopSignal('stopping; what is answered is kept'),
  };
}

function oneOf(hasBoth: boolean): AttuneError {
  return new AttuneError('E_USAGE', {
    what: hasBoth ? 'Texts and files of rows are answered apart' : 'There is nothing to predict',
    fix: hasBoth ? 'give --text or --input' : 'name a file, --input new.csv, or give a text, --text "…"',
  });
}

/** `0.3` of all labels that have a threshold, `LABEL=0.3` of one. */
function thresholdOf(given: readonly string[]): PredictOptions['threshold'] {
  if (given.length === 0) return undefined;
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
  const expected = 'a probability from 0 to 1, or LABEL=PROBABILITY for each label';
  return new AttuneError('E_USAGE', { what: '--threshold is no probability', got, expected });
}
