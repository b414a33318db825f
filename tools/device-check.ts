/**
 * `npm run device-check [-- --device cuda] [--dry-run] [--json]`: everything that shows whether attune computes on a
 * device as on the CPU, and how fast: parity with the reference, the contract suites, and a training workload. Prints
 * one table; exit code 1 if something differs. `--dry-run` prints what would run. It needs a source tree, and a libtorch
 * with that device: ATTUNE_LIBTORCH names the folder of Python's torch, for example.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { onDevice } from '../src/base/wanted-device.ts';
import { AttuneError } from '../src/base/errors.ts';
import { formatBytes } from '../src/base/format.ts';
import { currentDevice, deviceMemory, devicesHere, engine } from '../src/engine/tensor/index.ts';

interface Check {
  name: string;
  /** Arguments of Node. */
  words: readonly string[];
  /** Summarises the output. */
  read(stdout: string): string;
}

interface Row {
  check: string;
  result: 'ok' | 'failed' | 'not run';
  seconds?: number;
  detail: string;
}

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'auto' },
    'dry-run': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

/** Folders in a folder of the repository. */
function foldersIn(path: string): string[] {
  const entries = readdirSync(join(root, path), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
}

const folders = [...foldersIn('fixtures/models'), ...foldersIn('fixtures/tunings').flatMap(foldersIn)];
const suites = ['methods/tunings', 'methods/storages', 'training/updates'].map(
  (name) => `test/engine/${name}-contract.test.ts`,
);

const checks: readonly Check[] = [
  { name: 'parity with the reference', words: ['tools/parity.ts', '--json', ...folders], read: readParity },
  {
    name: 'contract suites',
    words: ['node_modules/vitest/vitest.mjs', 'run', '--reporter', 'json', ...suites],
    read: readSuites,
  },
  { name: 'W1, LoRA', words: ['bench/main.ts', 'w1', '--anyway', '--json'], read: readWorkload },
  { name: 'W1, all weights', words: ['bench/main.ts', 'w1', '--full', '--anyway', '--json'], read: readWorkload },
];

function readParity(stdout: string): string {
  const { folders: all } = JSON.parse(stdout) as { folders: { ok: boolean; folder: string; problems: string[] }[] };
  const bad = all.filter(({ ok }) => !ok);
  const named = bad.map(({ folder, problems }) => `; ${folder}: ${problems[0]}`);
  return `${all.length - bad.length} of ${all.length} folders agree${named.join('')}`;
}

function readSuites(stdout: string): string {
  const report = JSON.parse(stdout) as {
    numPassedTests: number;
    numTotalTests: number;
    testResults: { assertionResults: { status: string; title: string; failureMessages: string[] }[] }[];
  };
  const failed = report.testResults.flatMap(({ assertionResults: all }) =>
    all.filter(({ status }) => status === 'failed'),
  );
  const named = failed.map(({ title, failureMessages }) => `; ${title}: ${failureMessages[0]?.split('\n')[0]}`);
  return `${report.numPassedTests} of ${report.numTotalTests} tests pass${named.join('')}`;
}

function readWorkload(stdout: string): string {
  const { inputTokensPerSecond, secondsPerStep, losses } = JSON.parse(stdout) as {
    inputTokensPerSecond: number;
    secondsPerStep: number[];
    losses: number[];
  };
  const [, middle] = secondsPerStep;
  return `${Math.round(inputTokensPerSecond)} tokens/s, ${middle.toFixed(3)} s a step, losses ${losses.map((loss) => loss.toFixed(4)).join(' ')}`;
}

function run({ name, words, read }: Check, device: string): Row {
  const started = performance.now();
  // Parity and benchmarks choose the CPU unless a variable says otherwise, as tests do.
  const env = { ...process.env, ATTUNE_DEVICE: device };
  const flags = words[0].startsWith('bench/') ? ['--device', device] : [];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...words, ...flags], {
    cwd: root,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const seconds = (performance.now() - started) / 1000;
  try {
    return { check: name, result: status === 0 ? 'ok' : 'failed', seconds, detail: read(stdout) };
  } catch {
    return { check: name, result: 'failed', seconds, detail: stderr.trim().split('\n').slice(-5).join(' ') };
  }
}

function deviceRow(): { row: Row; device?: string } {
  try {
    const device = onDevice(values.device, () => currentDevice());
    const { title = '' } = devicesHere().find((one) => one.device === device) ?? {};
    const memory = deviceMemory(device);
    const parts = [
      device,
      title,
      memory === undefined ? '' : formatBytes(memory.total),
      `libtorch ${engine().version()}`,
    ];
    return { device, row: { check: 'device', result: 'ok', detail: parts.filter((part) => part !== '').join(', ') } };
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error;
    return { row: { check: 'device', result: 'failed', detail: `${error.what}: ${error.got}; ${error.fix}` } };
  }
}

const { row, device } = deviceRow();
const isDry = values['dry-run'] || device === undefined;
const notRun = ({ name, words }: Check): Row => {
  const told = words.length > 8 ? [...words.slice(0, 6), `… ${words.length - 6} more`] : words;
  return { check: name, result: 'not run', detail: `node ${told.join(' ')}` };
};
const rows = [row, ...checks.map((check) => (isDry ? notRun(check) : run(check, device)))];
const lines = rows.map(
  ({ check, result, seconds, detail }) => `| ${check} | ${result} | ${seconds?.toFixed(1) ?? ''} | ${detail} |`,
);
const table = ['| check | result | s | |', '|---|---|---|---|', ...lines].join('\n');
process.stdout.write(`${values.json ? JSON.stringify({ rows }) : table}\n`);
// A dry run succeeds without the device: it shows what would run elsewhere.
process.exitCode = rows.some(({ result }) => result === 'failed') && !values['dry-run'] ? 1 : 0;
