/** Reward: share of a row's tests passed by the code in an answer. */
import { AttuneError } from '../../../../base/errors.ts';
import { inLanes } from '../../../../base/lanes.ts';
import type { Metrics } from '../../../../base/events.ts';
import type { PromptExample } from '../../../../data/example.ts';
import type { CodeReward } from '../reward.options.ts';
import type { PlacedSample, Reward, Scorer } from '../reward.ts';
import { isolation, type Isolation } from './isolation.ts';
import { javascript } from './javascript.ts';
import type { CodeRun, Language, Verdict } from './language.ts';
import { python } from './python.ts';

/** Reason why an answer failed, from its first failing test. */
export type CodeFailure = Exclude<Verdict, 'pass'>;

export interface CodeOutcome {
  /** Share of tests passed. */
  share: number;
  failure?: CodeFailure;
}

const LANGUAGES: Readonly<Record<CodeReward['language'], Language>> = { javascript, python };
const FAILURES: readonly CodeFailure[] = ['syntax', 'wrong', 'timeout', 'memory', 'output', 'crash'];
/** Answers to run concurrently; most of the time is process start-up. */
const LANES = 2;

export function codeScorer(spec: CodeReward): Scorer {
  let outcomes: readonly CodeOutcome[] = [];
  return {
    name: 'code',
    check: (examples) => refuseWithoutTests(examples, spec.column),
    // oxlint-disable-next-line typescript/require-await -- as the others
    async ready() {
      LANGUAGES[spec.language].check();
      refuseUnisolated(spec, isolation());
    },
    async score(samples, signal) {
      outcomes = await inLanes(samples, LANES, (sample) => outcomeOf(sample, spec, signal));
      signal?.throwIfAborted();
      return outcomes.map(({ share }): Reward => share);
    },
    metrics: () => failureShares(outcomes),
  };
}

export function refuseUnisolated({ allow_unisolated: isAllowed }: CodeReward, { name }: Isolation): void {
  if (isAllowed || name !== 'none') return;
  throw new AttuneError('E_CODE_ISOLATION', {
    what: 'Code in answers would run without isolation from this machine',
    got: 'no bubblewrap (bwrap), or a system that does not allow it user namespaces',
    expected: 'a process without access to files, network and other processes',
    fix:
      'install bubblewrap (Debian: apt-get install bubblewrap), or on a machine with nothing to protect: ' +
      '{rule: code, allow_unisolated: true}',
  });
}

function refuseWithoutTests(examples: readonly PromptExample[], column: string): void {
  const without = examples.filter(({ columns }) => testsIn(columns, column) === undefined);
  if (without.length === 0) return;
  throw new AttuneError('E_CODE_TESTS', {
    what: `${without.length} of ${examples.length} rows have no tests for the code`,
    expected: `a column "${column}" with a test, or a list of them: ["assert.equal(add(1, 2), 3)", …]`,
    problems: without.slice(0, 20).map(({ source }) => ({ ...source, field: column, message: 'is not a test' })),
    problemCount: without.length,
    fix: 'add them, or name their column: {rule: code, column: YOUR_COLUMN}',
  });
}

function testsIn(row: Readonly<Record<string, unknown>>, column: string): readonly string[] | undefined {
  const value = Object.hasOwn(row, column) ? row[column] : undefined;
  const tests: unknown[] = Array.isArray(value) ? value : [value];
  const isSound = tests.length > 0 && tests.every((test) => typeof test === 'string' && test.trim() !== '');
  return isSound ? (tests as string[]) : undefined;
}

/** Runs the code of one answer against its tests. */
export async function outcomeOf(
  { completion, row }: Pick<PlacedSample, 'completion' | 'row'>,
  { column, language, timeout, memory_mb: memory }: CodeReward,
  signal?: AbortSignal,
): Promise<CodeOutcome> {
  const tests = testsIn(row, column);
  if (tests === undefined) throw new Error(`the row has no tests in its column "${column}"`);
  const job = { code: codeIn(completion), tests, timeout, memoryBytes: memory * 2 ** 20 };
  return judged(await LANGUAGES[language].run(job, signal), tests.length);
}

function judged({ lines, end }: CodeRun, count: number): CodeOutcome {
  const verdicts: (Verdict | undefined)[] = Array.from({ length: count }, () => undefined);
  for (const line of lines.split('\n')) {
    const [test, verdict] = line.split(' ');
    if (test in verdicts) verdicts[Number(test)] = verdict as Verdict;
  }
  const passed = verdicts.filter((verdict) => verdict === 'pass').length;
  if (passed === count) return { share: 1 };
  const first = verdicts.find((verdict): verdict is CodeFailure => verdict !== 'pass');
  // Tests have no verdict if the code ended its process.
  return { share: passed / count, failure: first ?? (end === 'exit' ? 'crash' : end) };
}

/** The last fenced block; without one, the whole answer. */
export function codeIn(answer: string): string {
  const blocks = [...answer.matchAll(/```[^\n`]*\n([\s\S]*?)(?:```|$)/g)];
  return blocks.at(-1)?.[1] ?? answer;
}

/** Share of answers per reason of failure. */
function failureShares(outcomes: readonly CodeOutcome[]): Metrics {
  const share = (kind: CodeFailure) =>
    outcomes.filter(({ failure }) => failure === kind).length / Math.max(1, outcomes.length);
  return Object.fromEntries(FAILURES.map((kind) => [kind, share(kind)]));
}
