import type { ServedCheck } from '../../app/check-served.ts';
import { formatBytes, formatNumber } from '../../base/format.ts';
import type { ExportResult } from '../../jobs/export/export.ts';
import { defineCommand } from '../command.ts';
import { endpointLimits, endpointOptions } from '../endpoint-options.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand<ExportResult | ServedCheck>({
  section: 'Use',
  summary: 'write a model in another format, scored before and after',
  arguments: [{ name: 'RUN', summary: "its folder, name or id; an adapter's or a model's folder", required: true }],
  options: [
    {
      name: '--to',
      value: 'FORM',
      summary:
        'merged: base and adapter as one Hugging Face folder; gguf: a file for llama.cpp and Ollama; ollama: made ' +
        'there too; vllm: a folder that vLLM serves',
    },
    {
      name: '--dtype',
      value: 'TYPE',
      summary:
        'type of the weights: f32, bf16, f16, or auto: that of the base model; in GGUF also q8_0, q4_0 and q4_k_m, which are smaller',
    },
    {
      name: '--output',
      aliases: ['--output-dir'],
      value: 'FOLDER',
      summary: 'folder to write (RUN/FORM, or MODEL-FORM here)',
    },
    {
      name: '--check',
      value: 'URL',
      summary: 'writes nothing, but asks a server the test rows: whether it answers as the run does here',
    },
    { name: '--name', value: 'NAME', summary: "with --check: the model's name there; the run's unless given" },
    ...endpointOptions,
  ],
  examples: [
    'export runs/tickets --to merged',
    'export runs/tickets --to gguf --dtype q4_k_m',
    'export runs/tickets --to vllm',
    'export runs/tickets --check http://127.0.0.1:8000/v1',
  ],
  async run(context) {
    const target = context.argument('RUN')!;
    const signal = context.stopSignal('stopping');
    const url = context.option('--check');
    if (url !== undefined) {
      const { checkServed } = await import('../../app/check-served.ts');
      const options = { url, model: context.option('--name'), endpoint: endpointLimits(context), signal };
      return withProgress(context, (onEvent) => checkServed(target, { ...options, onEvent }));
    }
    const [{ exportForms, exportTypes }, { exportRun }] = await Promise.all([
      import('../../jobs/export/index.ts'),
      import('../../app/export.ts'),
    ]);
    const to = context.choice('--to', exportForms.names);
    const dtype = context.choice('--dtype', exportTypes);
    const folder = context.option('--output');
    return withProgress(context, (onEvent) => exportRun(target, { to, dtype, folder, onEvent, signal }));
  },
  render(result, { colours }) {
    if ('equal' in result) {
      const { model, url, equal, rows, differing } = result;
      const shown = differing.map(({ ours, theirs }) => colours.dim(`  here   ${ours}\n  there  ${theirs}`));
      return [`${colours.green('✓')} ${model} at ${url}: ${equal} of ${rows} answers are the same`, ...shown].join(
        '\n',
      );
    }
    const { folder, bytes, dtype, split, rows, before, after, commands = [] } = result;
    return [
      `${colours.green('✓')} ${shortPath(folder)}: ${formatBytes(bytes)}, ${dtype}`,
      `  loss on ${rows} ${split === 'random' ? 'rows of random tokens' : `${split} rows`}: ${formatNumber(before, 6)} before, ${formatNumber(after, 6)} after`,
      ...commands.map((one) => `  ${one}`),
    ].join('\n');
  },
});
