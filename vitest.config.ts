import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { codeCache } from './src/base/home.ts';

// Tests are sorted by what they need, and run side by side; those that bound time come last.
const chromium = [
  process.env.ATTUNE_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));
if (chromium === undefined && existsSync('test/browser')) {
  process.stderr.write('browser tests are skipped: no chromium (apt-get install chromium, or set ATTUNE_CHROMIUM)\n');
}

const CHROMIUM = chromium === undefined ? {} : { ATTUNE_CHROMIUM: chromium };

/** On two cores four files at once: some of them wait, for child processes, browsers, disks and clocks. */
const FILES = 4;
/** Models are tiny here: threads that share cores with those of other files wait for each other, up to three times as long. */
const ONE_THREAD = { ATTUNE_THREADS: process.env.ATTUNE_THREADS ?? '1' };

/** One process for many files: loading source and libtorch again for each took half of the processor time. */
const SHARED_PROCESS = { isolate: false, setupFiles: ['test/restore-process.ts'] };

/** But these look at the memory of their process, change a library's or a module's state, or import other tests. */
const OWN_PROCESS = [
  'test/unit/files/files.test.ts',
  'test/unit/app/init/init.test.ts',
  'test/unit/app/predict/predict-rows.test.ts',
  'packages/documents/test/pdf.test.ts',
  'test/unit/store/on-postgres.test.ts',
  'test/engine/engine/memory.test.ts',
  'test/engine/other-device/train.test.ts',
];

/** Files that bound how long something takes: no more of them run at once than there are cores, and nothing else of ours. */
const TIMED = [
  'test/timed/**/*.test.ts',
  'packages/constraint/test/compiler.test.ts',
  'test/unit/serving/bounded.test.ts',
  'test/unit/serving/routes.test.ts',
  'test/unit/store/away.test.ts',
  'test/system/ctrl-c.test.ts',
  'test/system/rollback.test.ts',
];

/** Files that run commands by a host share processes, and so the host's program: its start took more than many commands. */
const HOSTED = readdirSync('test/system')
  .map((name) => `test/system/${name}`)
  .filter((file) => file.endsWith('.test.ts') && /BadInputBench|CommandHost/.test(readFileSync(file, 'utf8')))
  .filter((file) => !TIMED.includes(file));

/** What tests leave behind goes here: neither among the developer's own runs and models, nor into the machine's /tmp. */
const place = mkdtempSync(join(tmpdir(), 'attune-tests-'));
const [home, temporary] = [join(place, 'home'), join(place, 'tmp')];
for (const folder of [home, temporary]) mkdirSync(folder);
// PostgreSQL and sandboxes run as other users.
chmodSync(place, 0o755);
chmodSync(temporary, 0o1777);
process.on('exit', () => rmSync(place, { recursive: true, force: true }));

// node:sqlite says at every start that it is new.
const execArgv = ['--disable-warning=ExperimentalWarning'];

export default defineConfig({
  test: {
    pool: 'forks',
    // Programs and threads that tests start take our code compiled, as the command line does: half of their start.
    env: { NODE_COMPILE_CACHE: codeCache(), ATTUNE_HOME: home, TMPDIR: temporary },
    execArgv,
    // Node strips the types itself and keeps compiled code: a sixth less processor time than Vite's own module runner.
    experimental: { viteModuleRunner: false },
    passWithNoTests: false,
    setupFiles: ['test/costs.ts'],
    reporters: process.env.CI ? ['default', ['json', { outputFile: 'build/test-results.json' }]] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
          exclude: [...OWN_PROCESS, ...TIMED],
          ...SHARED_PROCESS,
          maxWorkers: FILES,
          testTimeout: 60_000,
          hookTimeout: 60_000,
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
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          exclude: [...HOSTED, ...TIMED],
          ...SHARED_PROCESS,
          env: ONE_THREAD,
          maxWorkers: FILES,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'hosted',
          include: HOSTED,
          ...SHARED_PROCESS,
          env: ONE_THREAD,
          maxWorkers: FILES,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'timed',
          include: TIMED,
          env: { ...ONE_THREAD, ...CHROMIUM },
          // One for each core: most of these files wait, or count processor time.
          maxWorkers: 2,
          testTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          maxWorkers: FILES,
          testTimeout: 120_000,
          // A browser starts in the hook.
          hookTimeout: 120_000,
          // A test there begins with describe.skipIf(!process.env.ATTUNE_CHROMIUM).
          env: { ...ONE_THREAD, ...CHROMIUM },
          sequence: { groupOrder: 0 },
        },
      },
    ],
  },
});
