import { plural } from '../../base/format.ts';
import type { Sampling } from '../../app/talk.ts';
import { AttuneError } from '../../base/errors.ts';
import { defineCommand, type CommandContext } from '../command.ts';
import { layoutOf, layoutOptions } from '../layout-options.ts';
import { numberOf, openingOf, samplingOf, samplingOptions } from '../sampling.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'answer every row of a file',
  arguments: [{ name: 'MODEL', summary: "a run's folder, an adapter's, a model's, or attune-base", required: true }],
  options: [
    { name: '--input', value: 'FILE', required: true, summary: 'rows in any format that training reads' },
    { name: '--output', aliases: ['--to'], value: 'FILE', summary: 'JSONL file to write (standard output)' },
    ...layoutOptions,
    { name: '--n', value: 'COUNT', summary: 'answers to each row, for a temperature above 0' },
    { name: '--logprobs', value: 'COUNT', summary: 'log-probability of each token, and so many alternatives' },
    { name: '--language', value: 'CODE', summary: 'language of the recordings (detected)' },
    { name: '--task', value: 'NAME', summary: 'recordings: transcribe, or translate into English' },
    { name: '--timestamps', summary: 'recordings: return segments with times in seconds' },
    ...samplingOptions,
  ],
  examples: [
    'generate runs/tickets --input questions.jsonl --output answers.jsonl',
    'generate runs/tickets --input questions.jsonl --temperature 0.8 --top-p 0.95 --n 4',
    'generate whisper-base --input recordings.jsonl --language de --timestamps',
  ],
  async run(context) {
    const [{ generateRows }, { requireWritable, writeFileAtomic }] = await Promise.all([
      import('../../app/generate-rows.ts'),
      import('../../files/atomic.ts'),
    ]);
    const input = context.option('--input')!;
    const output = context.option('--output');
    if (output !== undefined) requireWritable(output);
    const sampling = generateSamplingOf(context);
    const layout = await layoutOf(context);
    const signal = context.stopSignal('stopping');
    const rows = await withProgress(context, (onEvent) =>
      generateRows({ ...openingOf(context), ...layout, input, sampling, signal, onEvent }),
    );
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    if (output !== undefined) writeFileAtomic(output, lines);
    if (signal.aborted) {
      if (output === undefined) context.out.write(lines);
      const got = `${plural(rows.length, 'answers')}${output === undefined ? '' : `, which are in ${output}`}`;
      throw new AttuneError('E_STOPPED', { what: 'Stopped before every row was answered', got });
    }
    return { rows: rows.length, output: output ?? null, answers: output === undefined ? rows : undefined };
  },
  render: ({ rows, output, answers }) =>
    answers === undefined
      ? `${plural(rows, 'answers')} in ${output}`
      : answers.map((row) => JSON.stringify(row)).join('\n'),
});

function generateSamplingOf(context: CommandContext) {
  const sampling = samplingOf(context);
  const n = context.count('--n') ?? 1;
  if (n > 1 && (sampling.temperature ?? 0) === 0) {
    throw new AttuneError('E_USAGE', {
      what: 'Without a temperature all answers to a row would be the same',
      got: `--n ${n}`,
      fix: 'add --temperature 0.8',
    });
  }
  return {
    ...sampling,
    n,
    speech: speechOf(context),
    logProbs: numberOf(context, '--logprobs', { least: 0, isWhole: true }),
  };
}

function speechOf(context: CommandContext): Sampling['speech'] {
  // A choice that is not made is the first one, which texts refuse.
  const isChosen = context.option('--task') !== undefined;
  const task = isChosen ? context.choice('--task', ['transcribe', 'translate']) : undefined;
  const language = context.option('--language');
  const timestamps = context.has('--timestamps') ? true : undefined;
  return [language, task, timestamps].every((value) => value === undefined)
    ? undefined
    : { language, task, timestamps };
}
