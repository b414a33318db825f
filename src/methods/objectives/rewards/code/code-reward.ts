/** The share of a row's tests that the code in an answer passes. */
import { randomBytes } from 'node:crypto';
import { AttuneError } from '../../../../base/errors.ts';
import { inLanes } from '../../../../base/lanes.ts';
import type { Metrics } from '../../../../base/events.ts';
import type { PromptExample } from '../../../../data/example.ts';
import type { CodeReward } from '../reward.options.ts';
import type { PlacedSample, Reward, Scorer } from '../reward.ts';
import { javascriptHarness, type HarnessInput, type Verdict } from './javascript-harness.ts';
import { isolation, runInSandbox, type Isolation, type SandboxEnd } from './sandbox.ts';

/** Why an answer did not pass all tests, by the first that it did not. */
export type CodeFailure = Exclude<Verdict, 'pass'> | 'crash';

export interface CodeOutcome {
  /** Of the tests, those that passed. */
  share: number;
  failure?: CodeFailure;
}

const FAILURES: readonly CodeFailure[] = ['syntax', 'wrong', 'timeout', 'memory', 'output', 'crash'];
const MOST_PRINTED = 2 ** 16;
/** Answers run at once: most of their time is a process's start. */
const LANES = 2;
/** No files, processes and threads; and text never becomes code but in the context of a test. */
const NODE_FLAGS = ['--permission', '--disallow-code-generation-from-strings'];

export function codeScorer(spec: CodeReward): Scorer {
  let outcomes: readonly CodeOutcome[] = [];
  return {
    name: 'code',
    check: (examples) => refuseWithoutTests(examples, spec.column),
    // oxlint-disable-next-line typescript/require-await -- as the others
    async ready() {
      refuseUnsafe(spec);
      refuseNetwork(spec, isolation());
    },
    async score(samples, signal) {
      outcomes = await inLanes(samples, LANES, (sample) => outcomeOf(sample, spec, signal));
      signal?.throwIfAborted();
      return outcomes.map(({ share }): Reward => share);
    },
    metrics: () => failureShares(outcomes),
  };
}

/** Node's permission model withholds files, processes and threads, but not the network. */
export function refuseNetwork({ allow_network: isAllowed }: CodeReward, { name }: Isolation): void {
  if (isAllowed || name === 'namespaces') return;
  throw new AttuneError('E_CODE_NETWORK', {
    what: 'Code in answers would run with a network within its reach',
    got: 'no unshare (util-linux), or a system that does not allow it namespaces',
    expected: 'a process with no network of its own',
    fix: 'run on a Linux that allows user namespaces; or, on a machine with nothing to reach: {rule: code, allow_network: true}',
  });
}

/** Python has no limits of its own that hold: without a sandbox of the system it is not run. */
function refuseUnsafe({ language }: CodeReward): void {
  if (language === 'javascript') return;
  throw new AttuneError('E_CODE_LANGUAGE', {
    what: `Code in ${language} cannot be run against tests`,
    got: language,
    expected: 'javascript',
    fix: 'give a reward function of your own that runs it where you trust it: reward_funcs: [./rewards.ts#name]',
  });
}

function refuseWithoutTests(examples: readonly PromptExample[], column: string): void {
  const without = examples.filter(({ columns }) => testsIn(columns, column) === undefined);
  if (without.length === 0) return;
  throw new AttuneError('E_CODE_TESTS', {
    what: `${without.length} of ${examples.length} rows have no tests to run code against`,
    expected: `a column "${column}" with a test, or a list of them: ["assert.equal(add(1, 2), 3)", …]`,
    problems: without.slice(0, 20).map(({ source }) => ({ ...source, field: column, message: 'is no test' })),
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

/** What comes of the code in one answer. */
export async function outcomeOf(
  { completion, row }: Pick<PlacedSample, 'completion' | 'row'>,
  { column, timeout, memory_mb: memory }: CodeReward,
  signal?: AbortSignal,
): Promise<CodeOutcome> {
  const tests = testsIn(row, column);
  if (tests === undefined) throw new Error(`the row has no tests in its column "${column}"`);
  const secret = randomBytes(16).toString('hex');
  const limit = (timeout * 1000) / tests.length;
  const input: HarnessInput = { code: codeIn(completion), tests, secret, limit, mostPrinted: MOST_PRINTED };
  const program = {
    command: process.execPath,
    args: [
      ...NODE_FLAGS,
      `--max-old-space-size=${memory}`,
      '--eval',
      `'use strict';(${javascriptHarness.toString()})()`,
    ],
    input: JSON.stringify(input),
    readyMark: `${secret} ready\n`,
  };
  const limits = { seconds: timeout + 1, memoryBytes: memory * 2 ** 20 };
  const { output, end } = await runInSandbox(program, limits, signal);
  return judged(output, { secret, count: tests.length, end });
}

function judged(
  output: string,
  { secret, count, end }: { secret: string; count: number; end: SandboxEnd },
): CodeOutcome {
  const verdicts: (Verdict | undefined)[] = Array.from({ length: count }, () => undefined);
  for (const line of output.split('\n')) {
    const [own, test, verdict] = line.split(' ');
    if (own === secret && test !== 'ready') verdicts[Number(test)] ??= verdict as Verdict;
  }
  const passed = verdicts.filter((verdict) => verdict === 'pass').length;
  if (passed === count) return { share: 1 };
  const first = verdicts.find((verdict) => verdict !== 'pass');
  // Code that ends its process leaves tests without a verdict.
  return { share: passed / count, failure: first ?? (end === 'exit' ? 'crash' : end) };
}

/** The last fenced block; an answer without one is code as a whole. */
export function codeIn(answer: string): string {
  const blocks = [...answer.matchAll(/```[^\n`]*\n([\s\S]*?)(?:```|$)/g)];
  return blocks.at(-1)?.[1] ?? answer;
}

/** Shares of answers by why they failed. */
function failureShares(outcomes: readonly CodeOutcome[]): Metrics {
  const share = (kind: CodeFailure) =>
    outcomes.filter(({ failure }) => failure === kind).length / Math.max(1, outcomes.length);
  return Object.fromEntries(FAILURES.map((kind) => [kind, share(kind)]));
}
