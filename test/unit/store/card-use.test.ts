import { expect, it } from 'vitest';
import * as attune from '../../../src/app/index.ts';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { parseInvocation } from '../../../src/cli/command-names.ts';
import { commands } from '../../../src/cli/commands.ts';
import { useOfTask } from '../../../src/store/card-use.ts';

const TASKS = [
  'text-generation',
  'text2text-generation',
  'text-classification',
  'token-classification',
  'question-answering',
  'automatic-speech-recognition',
  'sentence-similarity',
  'zero-shot-image-classification',
  'tabular-classification',
];

/** Splits a line into words as a shell does. */
function wordsOf(line: string): string[] {
  return Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain);
}

it.each(TASKS)('the card of a %s model names commands and functions that there are', async (task) => {
  const [, shell, program] = /```sh\n([^`]*)```\n\n```ts\n([^`]*)```/.exec(useOfTask(task)!)!;
  for (const line of shell.trim().split('\n')) {
    const [attuneWord, ...argv] = wordsOf(line);
    const invocation = parseInvocation(argv, commands.names);
    if (invocation.kind !== 'command') throw new Error(line);
    const command = await commands.load(invocation.name);
    const parsed = parseArguments(invocation.name, command, invocation.argv);
    expect([attuneWord, parsed.all.length], line).toEqual(['attune', 1]);
  }
  const [, name] = /import \{ (\w+) \} from 'attune';/.exec(program)!;
  expect(attune).toHaveProperty(name);
});
