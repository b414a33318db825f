import type { RedactedData } from '../../app/redact/redact-data.ts';
import { AttuneError } from '../../base/errors.ts';
import { formatBytes, formatCount, plural } from '../../base/format.ts';
import { kinds, presets, type Kind, type Preset } from '../../privacy/kinds.ts';
import { defineCommand, type CommandContext } from '../command.ts';
import { keepHeapsSmall } from '../small-heap.ts';
import { formatFacts } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { withProgress } from '../../terminal/with-progress.ts';

const STYLES = ['tags', 'surrogates'] as const;

export const command = defineCommand({
  section: 'Data',
  summary: 'remove personal data and secrets from rows: names, numbers, places, dates, keys',
  arguments: [{ name: 'FILE', summary: 'rows: .jsonl, .json, .csv, .parquet', required: true }],
  options: [
    {
      name: '--output',
      aliases: ['--to'],
      value: 'FILE',
      required: true,
      summary: '.jsonl file to write; a report is written beside it',
    },
    {
      name: '--preset',
      value: 'NAME',
      summary: `kinds that a field of work takes out: ${Object.keys(presets).join(', ')} (all kinds)`,
    },
    { name: '--kind', value: 'KIND', many: true, summary: 'only this kind; several times for more' },
    { name: '--style', value: 'STYLE', summary: 'tags: [NAME_1]; surrogates: another name (tags)' },
    { name: '--column', value: 'NAME', many: true, summary: 'only this column; several times for more' },
    {
      name: '--subject',
      value: 'COLUMN',
      summary: 'column of the person a row is about: surrogate dates of one person shift together',
    },
    { name: '--allow', value: 'TEXT', many: true, summary: 'value to leave unchanged' },
    { name: '--recogniser', value: 'REF', many: true, summary: 'your own function: ./file.ts#name' },
    {
      name: '--lexicon',
      value: 'FILE',
      many: true,
      summary: 'words of a language, a .yaml file (docs/personal-data.md)',
    },
    { name: '--month-first', summary: 'for surrogates: 3/4/2020 is in March' },
    { name: '--vault', value: 'FILE', summary: 'keep the values of tags, encrypted with ATTUNE_VAULT_PASSPHRASE' },
    {
      name: '--canaries',
      value: 'N',
      summary: 'plant N made-up secrets, to measure later what a model has memorised',
    },
  ],
  examples: [
    'data redact tickets.jsonl --output clean.jsonl --preset support',
    'data redact notes.jsonl --output clean.jsonl --style surrogates --subject patient_id',
  ],
  async run(context) {
    keepHeapsSmall();
    const { redactData } = await import('../../app/redact/redact-data.ts');
    const to = context.option('--output')!;
    const chosen = kindsOf(context);
    const preset =
      context.option('--preset') === undefined
        ? undefined
        : context.choice('--preset', Object.keys(presets) as Preset[]);
    const columns = context.all('--column');
    const signal = context.stopSignal('stopping');
    return withProgress(context, (onEvent) =>
      redactData(context.argument('FILE')!, {
        to,
        preset,
        ...(chosen.length > 0 && { kinds: chosen }),
        style: context.choice('--style', STYLES),
        ...(columns.length > 0 && { columns }),
        subject: context.option('--subject'),
        allow: context.all('--allow'),
        recognisers: context.all('--recogniser'),
        lexicons: context.all('--lexicon'),
        monthFirst: context.has('--month-first'),
        vault: context.option('--vault'),
        passphrase: process.env.ATTUNE_VAULT_PASSPHRASE,
        key: process.env.ATTUNE_REDACTION_KEY,
        canaries: context.count('--canaries'),
        onEvent,
        signal,
      }),
    );
  },
  render: describe,
});

function kindsOf(context: CommandContext): Kind[] {
  return context.all('--kind').map((name) => {
    if ((kinds as readonly string[]).includes(name)) return name as Kind;
    throw new AttuneError('E_USAGE', {
      what: '--kind is no kind of personal data',
      got: name,
      expected: `one of ${kinds.join(', ')}`,
    });
  });
}

function describe(result: RedactedData, { colours }: Terminal): string {
  const { green, yellow, bold, cyan, dim } = colours;
  const found = Object.entries(result.kinds).toSorted(([, a], [, b]) => b - a);
  const left = Object.entries(result.numbersLeft).map(([key, count]) =>
    yellow(`! left under "${key}": ${plural(count, 'numbers')} that may be personal; write them as text`),
  );
  return [
    `${green('✓')} ${plural(result.rows, 'rows')} in ${bold(result.to)} (${formatBytes(result.bytes)}), ${formatCount(result.changed)} of them changed`,
    formatFacts(
      found.map(([kind, count]) => [kind, formatCount(count)]),
      colours,
    ),
    ...(result.canaries.length === 0
      ? []
      : [`  ${plural(result.canaries.length, 'canaries')} planted at the end, listed in ${result.to}.canaries`]),
    ...left,
    ...(result.style === 'surrogates' && !result.isKeyKept
      ? [dim('  the key of the surrogates is not kept: set ATTUNE_REDACTION_KEY to have the same ones again')]
      : []),
    '',
    dim('  recognisers miss things, names most of all, and what is left may still tell who is meant:'),
    `  ${cyan('attune data audit labelled.jsonl')}  ${dim('measures how much they find in rows that you have labelled')}`,
  ]
    .filter((line, index) => line !== '' || index > 2)
    .join('\n');
}
