import { defineCommand } from '../command.ts';
import { samplingOf, samplingOptions } from '../sampling.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'answer every row of a file',
  arguments: [{ name: 'MODEL', summary: "a run's folder, an adapter's, a model's, or attune-base", required: true }],
  options: [
    { name: '--input', value: 'FILE', summary: 'rows in any format that training reads' },
    { name: '--output', value: 'FILE', summary: 'JSONL to write; standard output unless given' },
    { name: '--format', value: 'NAME', summary: 'row format; detected unless given' },
    ...samplingOptions,
  ],
  examples: ['generate runs/tickets --input questions.jsonl --output answers.jsonl'],
  async run(context) {
    const [{ generateRows }, { writeFileAtomic }] = await Promise.all([
      import('../../app/generate-rows.ts'),
      import('../../files/atomic.ts'),
    ]);
    const input = context.option('--input');
    if (input === undefined) throw await missingInput();
    const signal = context.stopSignal('stopping after this batch');
    const rows = await generateRows({
      target: context.argument('MODEL')!,
      base: context.has('--base'),
      input,
      format: context.option('--format'),
      sampling: samplingOf(context),
      signal,
      onEvent: context.progress().show,
    });
    const output = context.option('--output');
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    if (output !== undefined) writeFileAtomic(output, lines);
    return { rows: rows.length, output: output ?? null, answers: output === undefined ? rows : undefined };
  },
  render: ({ rows, output, answers }) =>
    answers === undefined ? `${rows} answers in ${output}` : answers.map((row) => JSON.stringify(row)).join('\n'),
});

async function missingInput() {
  const { AttuneError } = await import('../../base/errors.ts');
  return new AttuneError('E_USAGE', {
    what: 'There are no rows to answer',
    fix: 'name a file: --input questions.jsonl',
  });
}
