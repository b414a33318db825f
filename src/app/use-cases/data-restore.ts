import { formatCount, plural } from '../../base/format.ts';
import { defineUseCase } from './use-case.ts';

export interface RestoredData {
  to: string;
  lines: number;
  changed: number;
}

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'replace tags in redacted rows or answers with the original values',
  arguments: ({ argument }) => [argument('file', 'FILE', 'rows (.jsonl) or any text with tags')],
  options: (fields) => ({
    vault: fields.required(
      fields.text('FILE', 'the vault written by `data redact --vault`; opened with ATTUNE_VAULT_PASSPHRASE'),
    ),
    output: fields.required(fields.text('FILE', 'the file to write', { aliases: ['--to'] })),
    passphrase: fields.inMemory<string>('passphrase of the vault (ATTUNE_VAULT_PASSPHRASE)'),
  }),
  effects: ['writes-files'],
  examples: ['data restore clean.jsonl --vault clean.vault --output rows.jsonl'],
  async run({ file, ...options }): Promise<RestoredData> {
    const { restoreData } = await import('../redact/restore-data.ts');
    return restoreData(file, options);
  },
  render: ({ to, lines, changed }, { colours }) =>
    `${colours.green('✓')} ${plural(lines, 'lines')} in ${colours.bold(to)}, ${formatCount(changed)} of them changed`,
});
