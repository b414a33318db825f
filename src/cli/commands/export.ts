import { formatBytes, formatNumber } from '../../base/format.ts';
import { AttuneError } from '../../base/errors.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../short-path.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'write a tuned model in another form, scored before and after',
  arguments: [{ name: 'RUN', summary: 'its folder, name or id', required: true }],
  options: [
    { name: '--to', value: 'FORM', summary: 'merged: base and adapter as one Hugging Face folder' },
    { name: '--output-dir', value: 'FOLDER', summary: 'the folder to write; RUN/merged unless given' },
  ],
  examples: ['export runs/tickets --to merged'],
  async run(context) {
    const to = context.option('--to') ?? 'merged';
    if (to !== 'merged')
      throw new AttuneError('E_UNKNOWN_EXPORT', { what: `Unknown form "${to}"`, expected: 'merged' });
    const [{ exportRun }, { showRun }] = await Promise.all([
      import('../../app/export.ts'),
      import('../../app/runs.ts'),
    ]);
    const { folder } = await showRun(context.argument('RUN')!);
    const progress = context.progress();
    const result = await exportRun(folder, { to, folder: context.option('--output-dir'), onEvent: progress.show });
    progress.close(true);
    return result;
  },
  render: ({ folder, bytes, dtype, before, after }, { colours }) =>
    [
      `${colours.green('✓')} ${shortPath(folder)}: ${formatBytes(bytes)}, ${dtype}`,
      `  validation loss ${formatNumber(before, 6)} before, ${formatNumber(after, 6)} after`,
    ].join('\n'),
});
