import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { codeCache } from './src/base/home.ts';

// Tests are sorted by what they need; the groups run one after another, since libtorch may use every core.
const chromium = [
  process.env.ATTUNE_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));
if (chromium === undefined && existsSync('test/browser')) {
  process.stderr.write('browser tests are skipped: no chromium (apt-get install chromium, or set ATTUNE_CHROMIUM)\n');
}

/** Files of tests that compute in their own process, so many at once: two cores. */
const FILES = 2;
/** Of tests with child processes or a browser, which wait for half of their time. */
const WAITING_FILES = 4;
/** Their models are tiny: threads that wait for each other would take longer than one. */
const ONE_THREAD = { ATTUNE_THREADS: process.env.ATTUNE_THREADS ?? '1' };

/** One process for many files: loading source and libtorch again for each took half of the processor time. */
const SHARED_PROCESS = { isolate: false, setupFiles: ['test/restore-process.ts'] };

/** But these look at the memory of their process, change a library's or a module's state, or import other tests. */
const OWN_PROCESS = [
  'test/unit/files.test.ts',
  'test/unit/init.test.ts',
  'test/unit/predict-rows.test.ts',
  'test/unit/documents/pdf.test.ts',
  'test/unit/store/on-postgres.test.ts',
  'test/engine/memory.test.ts',
];

/** What tests leave behind goes here, not among the developer's own runs and models. */
const home = mkdtempSync(join(tmpdir(), 'attune-tests-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));

// node:sqlite says at every start that it is new.
const execArgv = ['--disable-warning=ExperimentalWarning'];

export default defineConfig({
  test: {
    pool: 'forks',
    // Programs and threads that tests start take our code compiled, as the command line does: half of their start.
    env: { NODE_COMPILE_CACHE: codeCache(), ATTUNE_HOME: home },
    execArgv,
    passWithNoTests: false,
    setupFiles: ['test/costs.ts'],
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'build/test-results.json' }]] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          exclude: OWN_PROCESS,
          ...SHARED_PROCESS,
          // On two cores vitest would use one of them.
          maxWorkers: FILES,
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: OWN_PROCESS,
          maxWorkers: FILES,
          testTimeout: 120_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'engine',
          include: ['test/engine/**/*.test.ts'],
          exclude: OWN_PROCESS,
          ...SHARED_PROCESS,
          env: ONE_THREAD,
          maxWorkers: FILES,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          env: ONE_THREAD,
          maxWorkers: WAITING_FILES,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          maxWorkers: WAITING_FILES,
          testTimeout: 120_000,
          // A browser starts in the hook.
          hookTimeout: 120_000,
          // A test there begins with describe.skipIf(!process.env.ATTUNE_CHROMIUM).
          env: { ...ONE_THREAD, ...(chromium !== undefined && { ATTUNE_CHROMIUM: chromium }) },
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
