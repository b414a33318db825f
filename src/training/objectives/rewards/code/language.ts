import type { SandboxEnd } from './sandbox.ts';

/** Outcome of a test. */
export type Verdict = 'pass' | 'syntax' | 'wrong' | 'timeout' | 'memory' | 'output' | 'crash';

/** An answer's code, and the tests of its row. */
export interface CodeJob {
  code: string;
  tests: readonly string[];
  /** Seconds for all tests; each has an equal part. */
  timeout: number;
  memoryBytes: number;
}

export interface CodeRun {
  /** Lines `TEST VERDICT` of a process that the code does not share. */
  lines: string;
  end: SandboxEnd;
}

export interface Language {
  run: (job: CodeJob, signal?: AbortSignal) => Promise<CodeRun>;
  /** @throws AttuneError E_CODE_LANGUAGE where this machine cannot run it */
  check: () => void;
}

/** Characters that code may print in a test. */
export const MOST_PRINTED = 2 ** 16;

/** Seconds that each test may take. */
export const secondsOf = ({ timeout, tests }: CodeJob): number => timeout / tests.length;
