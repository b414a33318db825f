import type { SandboxEnd } from './sandbox.ts';

/** Outcome of a test. */
export type Verdict = 'pass' | 'syntax' | 'wrong' | 'timeout' | 'memory' | 'output' | 'crash';

/** An answer's code, and the tests of its row. */
export interface CodeJob {
  code: string;
  tests: readonly string[];
  /** Seconds for all tests, divided equally. */
  timeout: number;
  memoryBytes: number;
}

export interface CodeRun {
  /** Lines `TEST VERDICT`, from a process out of the code's reach. */
  lines: string;
  end: SandboxEnd;
}

export interface Language {
  run: (job: CodeJob, signal?: AbortSignal) => Promise<CodeRun>;
  /** @throws AttuneError E_CODE_LANGUAGE if this machine cannot run it */
  check: () => void;
}

/** Maximum characters that code may print per test. */
export const MOST_PRINTED = 2 ** 16;

/** Seconds that each test may take. */
export const secondsOf = ({ timeout, tests }: CodeJob): number => timeout / tests.length;
