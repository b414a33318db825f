import { AttuneError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';

/** Meaning of a command line's first words. */
export type Invocation =
  | { kind: 'overview' }
  /** A group without its verb: `attune runs`. */
  | { kind: 'group'; group: string }
  | { kind: 'version' }
  | { kind: 'command'; name: string; argv: readonly string[]; isHelp: boolean; wanted?: string };

/** Splits the command's name from its arguments; an unknown one is an error that suggests the closest. */
export function parseInvocation(argv: readonly string[], names: readonly string[]): Invocation {
  const [first, second] = argv;
  if (first === 'help') return parseInvocation([...argv.slice(1), '--help'], names);
  if (first === '--version' || first === '-v' || first === '-V') return { kind: 'version' };
  if (first === undefined || first === '--help' || first === '-h') return { kind: 'overview' };
  const verbs = second !== undefined && names.includes(`${first} ${second}`) ? 2 : 1;
  const name = argv.slice(0, verbs).join(' ');
  if (names.includes(name)) {
    const rest = argv.slice(verbs);
    const words = untilDoubleDash(rest);
    const help = words.findIndex((word) => word === '--help' || word === '-h');
    if (help < 0) return { kind: 'command', name, argv: rest, isHelp: false };
    // The word after `--help` selects the settings to explain: all, or a group.
    const wanted = words.at(help + 1);
    return { kind: 'command', name, argv: rest, isHelp: true, ...(wanted !== undefined && { wanted }) };
  }
  const group = names.filter((known) => known.startsWith(`${first} `));
  if (group.length === 0) throw unknownCommand(argv.slice(0, 1), names);
  if (second === undefined || second.startsWith('-')) return { kind: 'group', group: first };
  throw unknownCommand(argv.slice(0, 2), group);
}

function untilDoubleDash(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end === -1 ? argv : argv.slice(0, end);
}

function unknownCommand(words: readonly string[], names: readonly string[]): AttuneError {
  const wanted = words.join(' ');
  const close = nearest(wanted, names);
  return new AttuneError('E_UNKNOWN_COMMAND', {
    what: wanted.startsWith('-') ? `The command must come first, before ${wanted}` : `There is no command "${wanted}"`,
    fix: close === undefined ? '`attune --help` lists all commands' : `did you mean "attune ${close}"?`,
  });
}
