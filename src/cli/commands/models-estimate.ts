import { formatBytes, formatCount, formatDuration, plural } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { formatTable } from '../table.ts';
import { withProgress } from '../with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'estimate memory, time and cost of tuning a model, here and on common GPUs',
  arguments: [
    {
      name: 'MODEL',
      summary: 'a folder, or owner/name on the hub, of which only config.json is fetched',
      required: true,
    },
  ],
  options: [
    { name: '--tokens', value: 'N', summary: 'tokens to train on, over all epochs (1,000,000)' },
    { name: '--max-length', value: 'N', summary: 'longest row, in tokens (1024, or those of an image or a recording)' },
    { name: '--r', value: 'N', summary: 'rank of LoRA (16)' },
  ],
  examples: ['models estimate attune-base', 'models estimate Qwen/Qwen2.5-1.5B-Instruct --tokens 5000000'],
  async run(context) {
    const { estimate } = await import('../../app/estimate.ts');
    const signal = context.stopSignal('stopping');
    return withProgress(context, (onEvent) =>
      estimate(context.argument('MODEL')!, {
        tokens: context.count('--tokens'),
        rowTokens: context.count('--max-length'),
        rank: context.count('--r'),
        onEvent,
        signal,
      }),
    );
  },
  render({ size, here, estimates, tokens, rowTokens, rank, quantisation }, { colours }) {
    const columns = [
      { title: 'machine' },
      { title: 'tuning' },
      { title: 'memory', isNumeric: true },
      { title: 'time', isNumeric: true },
      { title: 'about $', isNumeric: true },
    ];
    const rows = estimates.map(({ machine, method, memory, fits, seconds, cost }) => [
      machine,
      method,
      `${formatBytes(memory)}${fits ? '' : ' (too much)'}`,
      formatDuration(seconds),
      cost === undefined ? '' : cost < 0.01 ? '< 0.01' : cost.toFixed(2),
    ]);
    const { dim } = colours;
    const [kind, count] =
      size.imageTokens === undefined ? ['a recording', size.frontEnd?.recordingTokens] : ['an image', size.imageTokens];
    const media = count === undefined ? '' : `; ${kind} is ${formatCount(count)} of them`;
    const about =
      `${plural(size.parameters, 'parameters')}; ${plural(tokens, 'tokens')} in rows of up to ` +
      `${formatCount(rowTokens)}, LoRA of rank ${rank}${media}`;
    const notes = [
      `Computed from the model's shape: whole steps are taken to reach ${100 * here.share} % of the ` +
        `${(here.rate / 1e9).toFixed(0)} GFLOP/s measured here, and 35 % of a card's data sheet.`,
      ...(quantisation === undefined
        ? []
        : [
            `Its weights are quantised (${quantisation}) and made dense when they are loaded: memory is that of dense ones.`,
          ]),
      'No card was tried, and prices change: they say which order of magnitude to expect. attune train --dry-run measures this machine.',
    ];
    return `${about}\n\n${formatTable(columns, rows, colours)}\n\n${dim(notes.join('\n'))}`;
  },
});
