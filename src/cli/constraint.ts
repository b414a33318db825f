/** `--schema`, `--regex` and `--choices` of `chat` and `generate`. */
import { AttuneError } from '../base/errors.ts';
import { readJson } from '../files/json.ts';
import type { ConstraintSpec } from '../generate/index.ts';
import type { CommandContext, CommandOption } from './command.ts';

type Kind = 'schema' | 'regex' | 'choices';

interface ConstraintOption extends CommandOption {
  kind: Kind;
  /** What the option's text stands for. */
  read(text: string): unknown;
}

const constraintOptions: readonly ConstraintOption[] = [
  {
    name: '--schema',
    value: 'FILE',
    summary: 'answers are JSON that fits this JSON schema',
    kind: 'schema',
    read: (file) => readJson(file),
  },
  {
    name: '--regex',
    value: 'PATTERN',
    summary: 'whole answers match this regular expression',
    kind: 'regex',
    read: (text) => text,
  },
  {
    name: '--choices',
    value: 'A,B,…',
    summary: 'answers are one of these',
    kind: 'choices',
    read: (text) => text.split(',').map((choice) => choice.trim()),
  },
];

export const constraintFlags: readonly CommandOption[] = constraintOptions.map(({ name, value, summary }) => ({
  name,
  value,
  summary,
}));

/** What answers are restricted to, if to anything. @throws AttuneError E_USAGE, E_FILE_MISSING, E_BAD_JSON */
export function constraintOf(context: CommandContext): ConstraintSpec | undefined {
  const given = constraintOptions.filter(({ name }) => context.option(name) !== undefined);
  if (given.length === 0) return undefined;
  if (given.length > 1) {
    throw new AttuneError('E_USAGE', {
      what: 'Answers can be restricted in one way only',
      got: given.map(({ name }) => name).join(', '),
      fix: 'give one of them',
    });
  }
  const [{ kind, name, read }] = given;
  return { [kind]: read(context.option(name)!) } as unknown as ConstraintSpec;
}
