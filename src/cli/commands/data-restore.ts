import type { RestoredData } from '../../app/redact/restore-data.ts';
import { AttuneError } from '../../base/errors.ts';
import { formatCount, plural } from '../../base/format.ts';
import { defineCommand } from '../command.ts';

export const command = defineCommand({
  section: 'Data',
  summary: 'replace the tags of redacted rows, or of answers, by the original values',
  arguments: [{ name: 'FILE', summary: 'rows (.jsonl) or any text with tags', required: true }],
  options: [
    {
      name: '--vault',
      value: 'FILE',
      required: true,
      summary: 'the vault that `data redact --vault` wrote; opened with ATTUNE_VAULT_PASSPHRASE',
    },
    { name: '--output', aliases: ['--to'], value: 'FILE', required: true, summary: 'the file to write' },
  ],
  examples: ['data restore clean.jsonl --vault clean.vault --output rows.jsonl'],
  async run(context) {
    const [vault, to] = ['--vault', '--output'].map((name) => context.option(name)!);
    const passphrase = process.env.ATTUNE_VAULT_PASSPHRASE;
    if (passphrase === undefined) {
      throw new AttuneError('E_USAGE', {
        what: 'A vault is opened with its passphrase',
        fix: 'set ATTUNE_VAULT_PASSPHRASE',
      });
    }
    const { restoreData } = await import('../../app/redact/restore-data.ts');
    return restoreData(context.argument('FILE')!, { to, vault, passphrase });
  },
  render: ({ to, lines, changed }: RestoredData, { colours }) =>
    `${colours.green('✓')} ${plural(lines, 'lines')} in ${colours.bold(to)}, ${formatCount(changed)} of them changed`,
});
