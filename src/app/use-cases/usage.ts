import { plural } from '../../base/format.ts';
import { formatTable, tableWidth } from '../terminal/format-table.ts';
import { defineUseCase } from './use-case.ts';

/** A key's usage of a model. */
export interface KeyUsage {
  /** Empty for servers without keys. */
  key: string;
  model: string;
  requests: number;
  input_tokens: number;
  /** Input tokens read from the cache. */
  cached_tokens: number;
  output_tokens: number;
}

const columns = [
  { title: 'KEY', isName: true },
  { title: 'MODEL', isName: true },
  ...['REQUESTS', 'INPUT TOKENS', 'CACHED', 'OUTPUT TOKENS'].map((title) => ({ title, isNumeric: true })),
];

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'list usage of served models by API key',
  options: ({ text, count }) => ({
    days: count('N', 'number of days to show, starting at midnight UTC (default: 7)'),
    key: text('NAME', 'only this key'),
    model: text('NAME', 'only this model'),
  }),
  effects: [],
  examples: ['usage', 'usage --days 30 --key website'],
  async run(options): Promise<KeyUsage[]> {
    const { keyUsage } = await import('../registry/key-usage.ts');
    return keyUsage(options);
  },
  render(used, terminal) {
    if (used.length === 0) return 'no requests in this period';
    const rows = used.map((one) => [
      one.key === '' ? '(no key)' : one.key,
      one.model,
      ...[one.requests, one.input_tokens, one.cached_tokens, one.output_tokens].map(String),
    ]);
    const keys = new Set(used.map(({ key }) => key)).size;
    return `${formatTable(columns, rows, terminal.colours, tableWidth(terminal))}\n${plural(keys, 'keys')}`;
  },
});
