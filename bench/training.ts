import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { AttuneError } from '../src/base/errors.ts';
import { median } from '../src/base/median.ts';
import { waitingThreads } from '../src/engine/tensor/engine.ts';
import { QUIET_SHARE, watchLoad, type Load } from './quiet.ts';
import type { Measurement } from './train.ts';
import { operationsOf, readWorkload, type Operations } from './workload.ts';

interface Options {
  full: boolean;
  checkpointing: boolean;
  /** Storage of frozen weights; any but dense alternates with dense weights. */
  storage: string;
  steps: number;
  rounds: number;
  threads: number;
  /** Where attune computes; the CPU by default. */
  device?: string;
  /** The program of the baselines, run by Debian's Python with its torch. */
  baselines?: string;
  /** Another checkout of attune, already set up, to alternate with this one. */
  against?: string;
  json: boolean;
  anyway: boolean;
}

/** Printed figures of an engine, over all rounds. */
interface Figures {
  engine: string;
  secondsPerStep: [least: number, median: number, most: number];
  /** Median of a step's processor time; undefined for programs that do not report it. */
  processorSecondsPerStep?: number;
  inputTokensPerSecond: number;
  mfu: number;
  bf16GemmGflops: number;
  peakRssMib: number;
  losses: readonly number[];
}

/** Trains a workload, alternating with the engines in comparison, and prints the results. @returns the exit code */
export async function benchTraining(name: string, words: readonly string[]): Promise<number> {
  const options = readOptions(words);
  if (!options.anyway) refuseLoad(await loadOfOneSecond());
  const operations = operationsOf(readWorkload(name), options);
  const temporary = mkdtempSync(join(tmpdir(), 'attune-bench-'));
  try {
    const model = join(temporary, 'model');
    runTraining(import.meta.dirname, { name, model, options, extra: ['--make'] });
    const load = watchLoad();
    const measured = inTurns(name, model, options);
    return report({ name, options, operations, load: load(), measured });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function loadOfOneSecond(): Promise<Load> {
  const load = watchLoad();
  await setTimeout(1000);
  return load();
}

function refuseLoad({ quiet, foreignShare, loadAverage }: Load): void {
  if (quiet) return;
  throw new AttuneError('E_MACHINE_BUSY', {
    what: 'Nothing is reported: other processes take a part of this machine',
    got: `${Math.round(100 * foreignShare)} % of its processors, a load average of ${loadAverage.toFixed(2)}`,
    expected: `at most ${100 * QUIET_SHARE} %`,
    fix: 'run it again when the machine is idle, or add --anyway: then only ratios count',
  });
}

function readOptions(words: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...words],
    options: {
      full: { type: 'boolean', default: false },
      checkpointing: { type: 'boolean', default: false },
      storage: { type: 'string', default: 'dense' },
      json: { type: 'boolean', default: false },
      anyway: { type: 'boolean', default: false },
      steps: { type: 'string', default: '3' },
      rounds: { type: 'string', default: '1' },
      threads: { type: 'string', default: String(availableParallelism()) },
      device: { type: 'string' },
      baselines: { type: 'string' },
      against: { type: 'string' },
    },
  });
  const count = (key: 'steps' | 'rounds' | 'threads') => {
    const number = Number(values[key]);
    if (Number.isInteger(number) && number >= 1) return number;
    throw new AttuneError('E_BAD_FLAG', { what: `--${key}`, got: values[key], expected: 'a whole number from 1' });
  };
  return { ...values, steps: count('steps'), rounds: count('rounds'), threads: count('threads') };
}

/** Each round runs everything once, so that a slow minute of the machine affects all alike. */
function inTurns(name: string, model: string, options: Options): Map<string, Measurement[]> {
  const runs = new Map<string, () => Measurement>();
  const training =
    (folder: string, extra: readonly string[] = []) =>
    () =>
      JSON.parse(runTraining(folder, { name, model, options, extra })) as Measurement;
  runs.set('attune', training(import.meta.dirname, ['--storage', options.storage]));
  if (options.storage !== 'dense') runs.set('dense', training(import.meta.dirname));
  if (options.against !== undefined) runs.set('against', training(join(resolve(options.against), 'bench')));
  for (const mode of options.baselines === undefined ? [] : ['plain', 'strong'])
    runs.set(mode, () => runBaseline(mode, name, options));
  const measured = new Map([...runs.keys()].map((key): [string, Measurement[]] => [key, []]));
  for (let round = 0; round < options.rounds; round++) {
    for (const [key, run] of runs) measured.get(key)?.push(run());
  }
  return measured;
}

interface Training {
  name: string;
  model: string;
  options: Options;
  extra: readonly string[];
}

function runTraining(folder: string, { name, model, options, extra }: Training): string {
  const flags = (['full', 'checkpointing'] as const).filter((flag) => options[flag]).map((flag) => `--${flag}`);
  const words = ['--workload', name, '--model', model, '--steps', String(options.steps), ...flags, ...extra];
  return run(process.execPath, [join(folder, 'train.ts'), ...words], {
    ATTUNE_THREADS: String(options.threads),
    ATTUNE_DEVICE: options.device ?? 'cpu',
  });
}

function runBaseline(mode: string, name: string, options: Options): Measurement {
  const spec = join(import.meta.dirname, 'workloads', `${name}.json`);
  const words = [String(options.baselines), mode, '--steps', String(options.steps), '--spec', spec];
  if (options.full) words.push('--full');
  // On a busy machine, threads that spin at barriers would measure the scheduler: they yield, as attune's do.
  const environment: Record<string, string> = options.anyway ? waitingThreads : {};
  const stdout = run('/usr/bin/python3', [...words, '--threads', String(options.threads)], environment);
  const printed = JSON.parse(stdout) as Record<string, unknown>;
  return {
    engine: `${String(printed.engine)} (${mode})`,
    threads: options.threads,
    seconds: printed.seconds_per_step as number[],
    peakRssMib: printed.peak_rss_mib as number,
    bf16GemmGflops: printed.bf16_gemm_gflops as number,
    losses: printed.losses as number[],
  };
}

function run(program: string, words: readonly string[], environment: Record<string, string>): string {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${status}:\n${stderr}`);
  return stdout;
}

/** `rate` is what MFU counts as 100 %: the same for all engines, since some measure the product in another shape. */
function figuresOf(measurements: readonly Measurement[], operations: Operations, rate: number): Figures {
  const seconds = measurements.flatMap((one) => one.seconds).toSorted((a, b) => a - b);
  const middle = median(seconds);
  const processorSeconds = measurements.flatMap((one) => one.processorSeconds ?? []);
  return {
    engine: measurements[0].engine,
    secondsPerStep: [seconds[0], middle, seconds[seconds.length - 1]],
    processorSecondsPerStep: processorSeconds.length === 0 ? undefined : median(processorSeconds),
    inputTokensPerSecond: operations.inputTokens / middle,
    mfu: operations.step / middle / (rate * 1e9),
    bf16GemmGflops: bestRate(measurements),
    peakRssMib: Math.max(...measurements.map((one) => one.peakRssMib)),
    losses: measurements[0].losses,
  };
}

function bestRate(measurements: readonly Measurement[]): number {
  return Math.max(...measurements.map((one) => one.bf16GemmGflops));
}

interface Finished {
  name: string;
  options: Options;
  operations: Operations;
  load: Load;
  measured: Map<string, Measurement[]>;
}

function report({ name, options, operations, load, measured }: Finished): number {
  if (!load.quiet && !options.anyway) {
    const share = Math.round(100 * load.foreignShare);
    console.error(`other processes took ${share} % of this machine meanwhile (load average ` +
`${load.loadAverage.toFixed(2)}): nothing is reported. Run it again when the machine is idle, or add ` +
'--anyway'); // prettier-ignore
    return 1;
  }
  const rate = bestRate(measured.get('attune') as Measurement[]);
  const all = new Map([...measured].map(([key, found]) => [key, figuresOf(found, operations, rate)]));
  const own = all.get('attune') as Figures;
  all.delete('attune');
  const ratio = [...all].map(([key, other]) => [key, own.inputTokensPerSecond / other.inputTokensPerSecond]);
  const result = {
    workload: name,
    full: options.full,
    checkpointing: options.checkpointing,
    ...own,
    cpu: cpus()[0].model,
    threads: options.threads,
    inputTokens: operations.inputTokens,
    lossTokens: operations.lossTokens,
    ...load,
    baselines: Object.fromEntries(all),
    ratio: Object.fromEntries(ratio) as Record<string, number>,
  };
  console.log(options.json ? JSON.stringify(result) : inWords(own, all, load));
  return [...all.values()].every((other) => agree(own, other)) ? 0 : 1;
}

function inWords(own: Figures, others: ReadonlyMap<string, Figures>, load: Load): string {
  const line = (figures: Figures) =>
    `| ${figures.engine} | ${figures.inputTokensPerSecond.toFixed(0)} | ` +
`${figures.secondsPerStep.map((s) => s.toFixed(2)).join(' / ')} | ${(100 * figures.mfu).toFixed(1)} ` +
`% | ${figures.peakRssMib.toFixed(0)} | ` +
`${(own.inputTokensPerSecond / figures.inputTokensPerSecond).toFixed(2)} |`; // prettier-ignore
  return [
    `${cpus()[0].model}; bf16 product ${own.bf16GemmGflops.toFixed(0)} GFLOP/s; others took ${(100 * load.foreignShare).toFixed(0)} %`,
    '| engine | input tokens/s | s a step: least / median / most | MFU | peak MiB | attune is faster by |',
    '|---|---|---|---|---|---|',
    ...[own, ...others.values()].map((figures) => line(figures)),
  ].join('\n');
}

const LOSS_TOLERANCE = 0.01;

/** Checks that the engines do the same work: the losses of each step agree within one per cent. */
function agree(own: Figures, other: Figures): boolean {
  const isClose = own.losses.every((loss, i) => Math.abs(loss - other.losses[i]) <= LOSS_TOLERANCE * other.losses[i]);
  if (!isClose)
    console.error(`the losses differ: ${own.losses.join(', ')}; ${other.engine}: ${other.losses.join(', ')}`);
  return isClose;
}
