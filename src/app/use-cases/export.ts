import { formatBytes, formatNumber } from '../../base/format.ts';
import { exportForms, exportTypes } from '../../jobs/export/index.ts';
import type { ExportResult } from '../../jobs/export/export.ts';
import { shortPath } from '../terminal/short-path.ts';
import type { FileOrRows } from '../rows/temporary-rows.ts';
import { endpointFields } from './shared/endpoint-fields.ts';
import { defineUseCase } from './use-case.ts';
import type { Difference } from '../../store/results.ts';

export interface ServedCheck {
  url: string;
  model: string;
  /** Number of rows that both answered. */
  rows: number;
  equal: number;
  /** Difference on the run's own metric, the run minus the server. */
  difference: Difference;
  /** The first differing answers. */
  differing: { id: string; prompt: string; ours?: string; theirs?: string }[];
}

/** Written files or, with `check`, a comparison with the server's answers. */
type Exported =
  | (ExportResult & Partial<Record<'equal' | 'differing', undefined>>)
  | (ServedCheck & Partial<Record<'folder' | 'before' | 'after', undefined>>);

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'export a model to another format, scored before and after',
  arguments: ({ argument }) => [
    argument('target', 'RUN', "a run's folder, name or id; an adapter's or a model's folder"),
  ],
  options: (fields) => ({
    to: fields.choice(
      exportForms.names,
      'FORM',
      'merged: base and adapter as one Hugging Face folder; gguf: a file for llama.cpp and Ollama; ollama: ' +
        'gguf, also created in Ollama; vllm: a folder for vLLM',
    ),
    dtype: fields.choice(
      exportTypes,
      'TYPE',
      'type of the weights: f32, bf16, f16, or auto (as the base model); for GGUF also the smaller q8_0, q4_0 and q4_k_m',
    ),
    output: fields.text('FOLDER', 'output folder (RUN/FORM, or MODEL-FORM here)', { aliases: ['--output-dir'] }),
    check: fields.text(
      'URL',
      'exports nothing, but sends the test rows to a server and checks that it answers like the run',
    ),
    name: fields.text('NAME', "with --check: the model's name on the server (the run's)"),
    data: fields.inMemory<FileOrRows>("with check: rows to send, instead of the run's test rows"),
    maxRows: fields.inMemory<number>('with check: rows to test (20)'),
    ...endpointFields(fields),
  }),
  effects: ['writes-files', 'computes', 'sends'],
  examples: [
    'export runs/tickets --to merged',
    'export runs/tickets --to gguf --dtype q4_k_m',
    'export runs/tickets --to vllm',
    'export runs/tickets --check http://127.0.0.1:8000/v1',
  ],
  stopping: 'stopping',
  async run({ target, ...options }, call): Promise<Exported> {
    const { check } = options;
    if (check !== undefined) {
      const { checkServed } = await import('../check-served.ts');
      return checkServed(target, { ...options, ...call, check });
    }
    const { exportRun } = await import('../export.ts');
    return exportRun(target, { ...options, ...call });
  },
  render(result, { colours }) {
    if (result.equal !== undefined) {
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
