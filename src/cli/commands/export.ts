import { formatBytes, formatNumber } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../short-path.ts';
import { withProgress } from '../with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'write a model in another form, scored before and after',
  arguments: [{ name: 'RUN', summary: "its folder, name or id; an adapter's or a model's folder", required: true }],
  options: [
    {
      name: '--to',
      value: 'FORM',
      summary: 'merged: base and adapter as one Hugging Face folder; gguf: a file for llama.cpp and Ollama',
    },
    { name: '--dtype', value: 'TYPE', summary: "of the weights: f32, bf16, f16, or auto, the base model's own" },
    {
      name: '--output-dir',
      value: 'FOLDER',
      summary: 'the folder to write; RUN/FORM, or MODEL-FORM here, unless given',
    },
  ],
  examples: ['export runs/tickets --to merged', 'export runs/tickets --to gguf --dtype f16'],
  async run(context) {
    const [{ exportForms, exportTypes }, { exportRun }] = await Promise.all([
      import('../../jobs/export/index.ts'),
      import('../../app/export.ts'),
    ]);
    const to = context.choice('--to', exportForms.names);
    const dtype = context.choice('--dtype', exportTypes);
    const target = context.argument('RUN')!;
    const output = context.option('--output-dir');
    const signal = context.stopSignal('stopping');
    return withProgress(context, (onEvent) => exportRun(target, { to, dtype, folder: output, onEvent, signal }));
  },
  render: ({ folder, bytes, dtype, split, rows, before, after }, { colours }) =>
    [
      `${colours.green('✓')} ${shortPath(folder)}: ${formatBytes(bytes)}, ${dtype}`,
      `  loss on ${rows} ${split === 'random' ? 'rows of random tokens' : `${split} rows`}: ${formatNumber(before, 6)} before, ${formatNumber(after, 6)} after`,
    ].join('\n'),
});
