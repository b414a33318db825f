import { plural } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { formatTable, tableWidth } from '../../terminal/table.ts';

const columns = [
  { title: 'KEY', isName: true },
  { title: 'MODEL', isName: true },
  ...['REQUESTS', 'INPUT TOKENS', 'CACHED', 'OUTPUT TOKENS'].map((title) => ({ title, isNumeric: true })),
];

export const command = defineCommand({
  section: 'Use',
  summary: 'list what each API key has used of served models',
  options: [
    { name: '--days', value: 'N', summary: 'days up to now, which begin at midnight, UTC; 7 unless given' },
    { name: '--key', value: 'NAME', summary: 'of this key' },
    { name: '--model', value: 'NAME', summary: 'of this model' },
  ],
  examples: ['usage', 'usage --days 30 --key website'],
  async run(context) {
    const { keyUsage } = await import('../../app/registry/usage.ts');
    return keyUsage({
      days: context.count('--days'),
      key: context.option('--key'),
      model: context.option('--model'),
    });
  },
  render(used, terminal) {
    if (used.length === 0) return 'nothing was asked in this time';
    const rows = used.map((one) => [
      one.key === '' ? '(no key)' : one.key,
      one.model,
      ...[one.requests, one.input_tokens, one.cached_tokens, one.output_tokens].map(String),
    ]);
    const keys = new Set(used.map(({ key }) => key)).size;
    return `${formatTable(columns, rows, terminal.colours, tableWidth(terminal))}\n${plural(keys, 'keys')}`;
  },
});
