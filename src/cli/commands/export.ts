import { formatBytes, formatNumber } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../short-path.ts';
import { withProgress } from '../with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'write a tuned model in another form, scored before and after',
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true }],
  options: [
    { name: '--to', value: 'FORM', summary: 'merged: base and adapter as one Hugging Face folder' },
    { name: '--dtype', value: 'TYPE', summary: "of the weights: f32, bf16, or auto, the base model's own" },
    { name: '--output-dir', value: 'FOLDER', summary: 'the folder to write; RUN/merged unless given' },
  ],
  examples: ['export runs/tickets --to merged'],
  async run(context) {
    const to = context.choice('--to', ['merged']);
    const dtype = context.choice('--dtype', ['auto', 'f32', 'bf16']);
    const [{ exportRun }, { showRun }] = await Promise.all([
      import('../../app/export.ts'),
      import('../../app/runs.ts'),
    ]);
    const { folder } = await showRun(context.argument('RUN')!);
    const output = context.option('--output-dir');
    return withProgress(context, (onEvent) => exportRun(folder, { to, dtype, folder: output, onEvent }));
  },
  render: ({ folder, bytes, dtype, split, rows, before, after }, { colours }) =>
    [
      `${colours.green('✓')} ${shortPath(folder)}: ${formatBytes(bytes)}, ${dtype}`,
      `  loss on ${rows} ${split} rows: ${formatNumber(before, 6)} before, ${formatNumber(after, 6)} after`,
    ].join('\n'),
});
