/**
 * The one error type shown to users. It states what failed, what was found, what was expected and what to do, and has
 * a stable code. Any other error that escapes is a bug (exit code 2).
 */

import { formatCount } from './format.ts';
import { withoutCredentials } from './secrets.ts';

/** One defect in a file or a recipe: its location and its reason. */
export interface Problem {
  /** The problem, in one sentence. */
  message: string;
  file?: string;
  /** 1-based. */
  line?: number;
  /** Dotted path of the field inside the row or the recipe. */
  field?: string;
  /** Advice that differs from the error's own. */
  fix?: string;
}

export type ErrorCode = `E_${Uppercase<string>}`;

export interface ErrorParts {
  /** The failure, in one sentence. */
  what: string;
  got?: string;
  expected?: string;
  /** Advice for the user. */
  fix?: string;
  /** All defects found, not just the first; a very long list is truncated. */
  problems?: readonly Problem[];
  /** Total number, if `problems` is truncated. */
  problemCount?: number;
  cause?: unknown;
  /** 1: the user can fix it. 2: possibly transient, used only where a controller retries. 3: a gate refused. */
  exitCode?: 1 | 2 | 3;
}

/** An error that the user can fix. Its message includes all of its parts. */
export class AttuneError extends Error {
  override readonly name = 'AttuneError';
  /** Stable: programs may depend on it. */
  readonly code: ErrorCode;
  readonly got?: string;
  readonly expected?: string;
  /** Advice for the user. */
  readonly fix?: string;
  /** All defects found, with file, line and field; a very long list is truncated. */
  readonly problems: readonly Problem[];
  /** Total number of defects; `problems` may have fewer. */
  readonly problemCount: number;
  readonly exitCode: 1 | 2 | 3;
  /** The failure, in one sentence. */
  readonly what: string;

  constructor(code: ErrorCode, given: ErrorParts) {
    const parts = withoutPasswords(given);
    super(describe(code, parts), { cause: parts.cause });
    this.code = code;
    this.what = parts.what;
    this.got = parts.got;
    this.expected = parts.expected;
    this.fix = parts.fix;
    this.problems = parts.problems ?? [];
    this.problemCount = parts.problemCount ?? this.problems.length;
    this.exitCode = parts.exitCode ?? 1;
  }

  /** Plain data for `--json` and for crossing the process border. */
  toJSON(): Record<string, unknown> {
    const { code, what, got, expected, fix, problems, problemCount, exitCode } = this;
    return { code, what, got, expected, fix, problems, problemCount, exitCode };
  }

  /** Recreates the error on the other side of a process border. */
  static fromJSON(value: Record<string, unknown>): AttuneError {
    return new AttuneError(value.code as ErrorCode, value as unknown as ErrorParts);
  }
}

/** Errors quote their input, such as a database URL; passwords in it are removed. */
function withoutPasswords(parts: ErrorParts): ErrorParts {
  const clean = <Text extends string | undefined>(text: Text): Text =>
    (text === undefined ? text : withoutCredentials(text)) as Text;
  const { what, got, expected, fix } = parts;
  const problems = parts.problems?.map((one) => ({
    ...one,
    message: clean(one.message),
    ...(one.file !== undefined && { file: clean(one.file) }),
    ...(one.fix !== undefined && { fix: clean(one.fix) }),
  }));
  const shown = { what: clean(what), got: clean(got), expected: clean(expected), fix: clean(fix) };
  return { ...parts, ...shown, ...(problems !== undefined && { problems }) };
}

const MAX_PROBLEMS_SHOWN = 20;

function describe(code: ErrorCode, parts: ErrorParts): string {
  const lines = [`${parts.what} [${code}]`];
  if (parts.got !== undefined) lines.push(`  got:      ${parts.got}`);
  if (parts.expected !== undefined) lines.push(`  expected: ${parts.expected}`);
  const problems = parts.problems ?? [];
  const { shown, more } = shortList(problems, MAX_PROBLEMS_SHOWN, parts.problemCount);
  for (const problem of shown) lines.push(`  - ${describeProblem(problem)}`);
  if (more !== undefined) lines.push(`  ${more}`);
  if (parts.fix !== undefined) lines.push(`  fix:      ${parts.fix}`);
  return lines.join('\n');
}

/** The first entries of a list, and the number left out, counted from the total even if the list was truncated before. */
export function shortList<Entry>(
  entries: readonly Entry[],
  most: number,
  count = entries.length,
): { shown: readonly Entry[]; more?: string } {
  const shown = entries.slice(0, most);
  const rest = count - shown.length;
  return rest > 0 ? { shown, more: `… and ${formatCount(rest)} more` } : { shown };
}

/** `file:line field: message (fix)`, leaving out what is not known. */
export function describeProblem(problem: Problem): string {
  const place = [problem.file, problem.line].filter((part) => part !== undefined).join(':');
  const where = [place, problem.field].filter((part) => part !== undefined && part !== '').join(' ');
  const text = where === '' ? problem.message : `${where}: ${problem.message}`;
  return problem.fix === undefined ? text : `${text} (${problem.fix})`;
}

/** Error document for `--json` and the pages. Anything but an AttuneError is a bug and includes its stack. */
export function errorDocument(error: unknown): Record<string, unknown> {
  if (error instanceof AttuneError) return { ...error.toJSON() };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { code: 'E_BUG', what: message, problems: [], exitCode: 2, stack };
}
