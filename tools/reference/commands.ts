/** docs/commands.md: the `--help` text of each command. */
import { commands } from '../../src/cli/commands.ts';
import { commandHelp } from '../../src/cli/help.ts';
import { createTerminal } from '../../src/app/terminal/terminal.ts';

const HEADER = `# The commands

What \`attune <command> --help\` prints. Commands that take a recipe take its keys as flags too: \`--help all\` lists them.`;

export async function commandReference(): Promise<string> {
  const terminal = createTerminal({ write: () => true, columns: 100 }, { NO_COLOR: '1' });
  const parts = await Promise.all(
    commands.names.map(async (name) => {
      const help = commandHelp(name, await commands.load(name), [], terminal);
      return `## ${name}\n\n\`\`\`\n${help.trim()}\n\`\`\``;
    }),
  );
  return [HEADER, ...parts].join('\n\n') + '\n';
}
