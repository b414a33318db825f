/**
 * The one error type that users see. It says what failed, what was got, what was expected and what to do,
 * and carries a stable code. Anything else that escapes is a bug (exit code 2).
 */

/** One defect in a file or a recipe: where it stands and why it is wrong. */
export interface Problem {
  /** What is wrong, in one sentence. */
  message: string;
  file?: string;
  /** 1-based. */
  line?: number;
  /** Dotted path of the field inside the row or the recipe. */
  field?: string;
  /** What to do about it, where that differs from the error's own advice. */
  fix?: string;
}

export type ErrorCode = `E_${Uppercase<string>}`;

export interface ErrorParts {
  /** What failed, in one sentence. */
  what: string;
  got?: string;
  expected?: string;
  /** What the user can do now. */
  fix?: string;
  /** All defects found, not just the first. */
  problems?: readonly Problem[];
  cause?: unknown;
  /** 1: the user can fix it. 3: a gate refused. */
  exitCode?: 1 | 3;
}

export class AttuneError extends Error {
  override readonly name = 'AttuneError';
  readonly code: ErrorCode;
  readonly got?: string;
  readonly expected?: string;
  readonly fix?: string;
  readonly problems: readonly Problem[];
  readonly exitCode: 1 | 3;
  readonly what: string;

  constructor(code: ErrorCode, parts: ErrorParts) {
    super(describe(code, parts), { cause: parts.cause });
    this.code = code;
    this.what = parts.what;
    this.got = parts.got;
    this.expected = parts.expected;
    this.fix = parts.fix;
    this.problems = parts.problems ?? [];
    this.exitCode = parts.exitCode ?? 1;
  }

  /** Plain data for `--json` and for crossing the process border. */
  toJSON(): Record<string, unknown> {
    const { code, what, got, expected, fix, problems, exitCode } = this;
    return { code, what, got, expected, fix, problems, exitCode };
  }

  /** The same error again on the other side of a process border. */
  static fromJSON(value: Record<string, unknown>): AttuneError {
    return new AttuneError(value.code as ErrorCode, value as unknown as ErrorParts);
  }
}

const MAX_PROBLEMS_SHOWN = 20;

function describe(code: ErrorCode, parts: ErrorParts): string {
  const lines = [`${parts.what} [${code}]`];
  if (parts.got !== undefined) lines.push(`  got:      ${parts.got}`);
  if (parts.expected !== undefined) lines.push(`  expected: ${parts.expected}`);
  const problems = parts.problems ?? [];
  for (const problem of problems.slice(0, MAX_PROBLEMS_SHOWN)) lines.push(`  - ${describeProblem(problem)}`);
  if (problems.length > MAX_PROBLEMS_SHOWN) lines.push(`  … and ${problems.length - MAX_PROBLEMS_SHOWN} more`);
  if (parts.fix !== undefined) lines.push(`  fix:      ${parts.fix}`);
  return lines.join('\n');
}

/** `file:line field: message (fix)`, leaving out what is not known. */
export function describeProblem(problem: Problem): string {
  const place = [problem.file, problem.line].filter((part) => part !== undefined).join(':');
  const where = [place, problem.field].filter((part) => part !== undefined && part !== '').join(' ');
  const text = where === '' ? problem.message : `${where}: ${problem.message}`;
  return problem.fix === undefined ? text : `${text} (${problem.fix})`;
}
