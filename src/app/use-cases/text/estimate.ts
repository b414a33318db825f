import { formatBytes, formatCount, formatDuration, formatPrice, plural } from '../../../base/format.ts';
import { formatTable } from '../../terminal/format-table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { ModelEstimate } from '../models-estimate.ts';

export function describeEstimate(found: ModelEstimate, terminal: Terminal): string {
  return [aboutOf(found), planTable(found, terminal), machineTable(found, terminal), notesOf(found, terminal)].join(
    '\n\n',
  );
}

function aboutOf({ size, tokens, rowTokens }: ModelEstimate): string {
  const [kind, count] =
    size.imageTokens === undefined ? ['a recording', size.frontEnd?.recordingTokens] : ['an image', size.imageTokens];
  const media = count === undefined ? '' : `; ${kind} is ${formatCount(count)} of them`;
  const rows = `${plural(tokens, 'tokens')} in rows of up to ${formatCount(rowTokens)}${media}`;
  return `${plural(size.parameters, 'parameters')}; ${rows}`;
}

/** Memory of a step by tuning method, in this machine's compute type. */
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
    cost === undefined ? '' : formatPrice(cost),
  ]);
  return formatTable(columns, rows, colours);
}

function notesOf({ here, quantisation }: ModelEstimate, { colours }: Terminal): string {
  const rate = `${(here.rate / 1e9).toFixed(0)} GFLOP/s`;
  const notes = [
    `Memory is computed for a step with one row of maximum length, in ${here.dtype} above; the second ` +
      'table adds the process itself.',
    `Time: whole steps are assumed to reach ${100 * here.share} % of the ${rate} measured here, and ` +
      "35 % of a GPU's data sheet.",
    ...(quantisation === undefined
      ? []
      : [`Its weights are quantised (${quantisation}) and dequantised when loaded: memory is that of dense weights.`]),
    'No GPU was tested, and prices change: take the figures as orders of magnitude. attune train ' +
      '--dry-run measures this machine.',
  ];
  return colours.dim(notes.join('\n'));
}
