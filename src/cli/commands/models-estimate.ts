import type { ModelEstimate } from '../../app/estimate.ts';
import { formatBytes, formatCount, formatDuration, plural } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { formatTable } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { withProgress } from '../../terminal/with-progress.ts';

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
  ],
  takesRecipe: true,
  examples: [
    'models estimate attune-base',
    'models estimate Qwen/Qwen2.5-1.5B-Instruct --tokens 5000000',
    'models estimate attune-base --tuning lora --tuning.r 8 --storage nf4 --optimizer adamw_8bit',
  ],
  async run(context) {
    const { estimate } = await import('../../app/estimate.ts');
    const signal = context.stopSignal('stopping');
    return withProgress(context, (onEvent) =>
      estimate(context.argument('MODEL')!, {
        tokens: context.count('--tokens'),
        rowTokens: context.count('--max-length'),
        flags: context.recipeFlags,
        onEvent,
        signal,
      }),
    );
  },
  render: (found, terminal) =>
    [aboutOf(found), planTable(found, terminal), machineTable(found, terminal), notesOf(found, terminal)].join('\n\n'),
});

function aboutOf({ size, tokens, rowTokens }: ModelEstimate): string {
  const [kind, count] =
    size.imageTokens === undefined ? ['a recording', size.frontEnd?.recordingTokens] : ['an image', size.imageTokens];
  const media = count === undefined ? '' : `; ${kind} is ${formatCount(count)} of them`;
  const rows = `${plural(tokens, 'tokens')} in rows of up to ${formatCount(rowTokens)}${media}`;
  return `${plural(size.parameters, 'parameters')}; ${rows}`;
}

/** What a step of each tuning holds in this machine's compute type. */
function planTable({ plans, here }: ModelEstimate, { colours }: Terminal): string {
  const columns = [
    { title: 'tuning' },
    { title: 'trained', isNumeric: true },
    { title: 'frozen weights', isNumeric: true },
    { title: 'trained weights', isNumeric: true },
    { title: 'gradients', isNumeric: true },
    { title: 'optimizer', isNumeric: true },
    { title: 'activations', isNumeric: true },
    { title: 'with checkpointing', isNumeric: true },
  ];
  const rows = plans.map(({ name, trained, memory }) => {
    const { kept, checkpointing } = memory[here.dtype]!;
    const held = [kept.frozen, kept.trained, kept.gradients, kept.optimizer, kept.activations];
    return [name, formatCount(trained), ...[...held, checkpointing.activations].map(formatBytes)];
  });
  return formatTable(columns, rows, colours);
}

function machineTable({ estimates }: ModelEstimate, { colours }: Terminal): string {
  const columns = [
    { title: 'machine' },
    { title: 'tuning' },
    { title: 'memory', isNumeric: true },
    { title: 'time', isNumeric: true },
    { title: 'about $', isNumeric: true },
  ];
  const rows = estimates.map(({ machine, method, checkpointing, memory, fits, seconds, cost }) => [
    machine,
    `${method}${checkpointing ? ', checkpointing' : ''}`,
    `${formatBytes(memory)}${fits ? '' : ' (too much)'}`,
    formatDuration(seconds),
    cost === undefined ? '' : cost < 0.01 ? '< 0.01' : cost.toFixed(2),
  ]);
  return formatTable(columns, rows, colours);
}

function notesOf({ here, quantisation }: ModelEstimate, { colours }: Terminal): string {
  const rate = `${(here.rate / 1e9).toFixed(0)} GFLOP/s`;
  const notes = [
    `Memory is counted on a step of one longest row without numbers, in ${here.dtype} above, with what the process takes besides in the second table.`,
    `Time: whole steps are taken to reach ${100 * here.share} % of the ${rate} measured here, and 35 % of a card's data sheet.`,
    ...(quantisation === undefined
      ? []
      : [
          `Its weights are quantised (${quantisation}) and made dense when they are loaded: memory is that of dense ones.`,
        ]),
    'No card was tried, and prices change: they say which order of magnitude to expect. attune train --dry-run measures this machine.',
  ];
  return colours.dim(notes.join('\n'));
}
