import { formatCount } from '../../base/format.ts';
import { defineCommand } from '../command.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'copy registry, traces and keys into a PostgreSQL database that several servers share, and check every row',
  options: [
    {
      name: '--to',
      value: 'URL',
      required: true,
      summary: 'postgres://USER@HOST:PORT/DATABASE, with the password in PGPASSWORD',
    },
  ],
  examples: ['store move --to postgres://attune@db.example.org/attune'],
  async run(context) {
    const { moveStore } = await import('../../app/store/move-store.ts');
    return moveStore({ to: context.option('--to')! });
  },
  render({ moved }) {
    const lines = Object.entries(moved).map(([part, tables]) => {
      const rows = Object.values(tables).reduce((sum, count) => sum + count, 0);
      return `${part.padEnd(10)}${formatCount(rows)} rows in ${Object.keys(tables).length} tables, each compared`;
    });
    if (lines.length === 0) return 'there is nothing to move yet; set ATTUNE_STORE to the address to begin there';
    return [...lines, '', 'set ATTUNE_STORE to the address wherever attune runs; the files here are as they were'].join(
      '\n',
    );
  },
});
