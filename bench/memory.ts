/**
 * Predicted and measured memory peaks: `npm run bench -- memory [--only TEXT] [--steps 12]`. Each case is an `attune
 * train` with a worker of its own, whose resident memory is sampled until it ends.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { StampedEvent } from '../src/base/events.ts';
import { createModel } from '../src/models/load-model.ts';
import { saveModel } from '../src/models/save.ts';
import { M44, memoryCases, rowsAsText, type MemoryCase } from './memory-cases.ts';

const ROOT = join(import.meta.dirname, '..');
const BASE = join(ROOT, 'assets', 'attune-base');
const ROWS = 120;
const SAMPLE_MS = 20;

/** Resident memory of a worker at one moment, in bytes. */
interface Resident {
  at: number;
  /** Pages of its own, and pages of mapped files, which the system may drop. */
  own: number;
  mapped: number;
}

interface Peak {
  predicted: number;
  /** Highest total, as the kernel counts it. */
  measured: number;
  highest: Resident;
  /** Message of the phase in which it was reached. */
  phase: string;
  /** Highest total in MiB of each phase. */
  phases: string[];
  predictedSeconds: number;
  trainedSeconds: number;
}

/** Prints a table; the exit code is 1 if a prediction is off by more than a tenth. */
export async function benchMemory(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      only: { type: 'string', default: '' },
      steps: { type: 'string', default: '12' },
      phases: { type: 'boolean', default: false },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'attune-memory-'));
  let worst = 0;
  console.log('| case | predicted MiB | measured MiB | off | own | mapped | peak while | step s: predicted | taken |');
  console.log('|---|---|---|---|---|---|---|---|---|');
  try {
    await makeModel(join(folder, 'm44'));
    for (const one of memoryCases.filter((each) => nameOf(each).includes(values.only))) {
      const peak = await measure(one, { folder, steps: Number(values.steps) });
      worst = Math.max(worst, Math.abs(peak.predicted / peak.measured - 1));
      console.log(inWords(one, peak));
      if (values.phases) console.log(peak.phases.join('\n'));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return worst > 0.1 ? 1 : 0;
}

async function makeModel(folder: string): Promise<void> {
  mkdirSync(folder);
  for (const file of ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'chat_template.jinja'])
    cpSync(join(BASE, file), join(folder, file));
  saveModel(await createModel(M44, { dtype: 'f32', seed: 1 }), folder, { dtype: 'bf16' });
}

async function measure(one: MemoryCase, { folder, steps }: { folder: string; steps: number }): Promise<Peak> {
  const rows = join(folder, `${one.rows}.jsonl`);
  writeFileSync(rows, rowsAsText(one.rows, ROWS));
  const output = join(folder, 'run');
  const { model, objective, tuning = 'lora', storage = 'dense', training } = one;
  const held = one.rows === 'prompts' ? 0 : 0.15;
  const recipe = {
    model: model === 'm44' ? join(folder, model) : model,
    data: { train: rows, validation: held, test: held },
    objective,
    tuning,
    storage,
    training: { batch_size: 8, max_steps: steps, ...training },
    output_dir: output,
  };
  const file = join(folder, 'recipe.json');
  writeFileSync(file, JSON.stringify(recipe));
  rmSync(output, { recursive: true, force: true });
  const samples = await run(['train', file], { folder, output });
  return peakOf(samples, output);
}

/** Runs a command and samples its worker's memory. */
async function run(words: readonly string[], where: { folder: string; output: string }): Promise<Resident[]> {
  const home = join(where.folder, 'home');
  const child = spawn(join(ROOT, 'bin', 'attune'), words, {
    env: { ...process.env, ATTUNE_HOME: home },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const samples: Resident[] = [];
  const sampling = setInterval(() => {
    const sample = residentOf(workerOf(child.pid!));
    if (sample !== undefined) samples.push(sample);
  }, SAMPLE_MS);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearInterval(sampling);
  if (code !== 0 || !existsSync(where.output))
    throw new Error(`attune ${words.join(' ')} ended with ${code}: ${errors}`);
  return samples;
}

function workerOf(parent: number): string | undefined {
  try {
    return readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').split(' ').find(Boolean);
  } catch {
    return undefined;
  }
}

function residentOf(pid: string | undefined): Resident | undefined {
  if (pid === undefined) return undefined;
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const bytes = (name: string) => 1024 * Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0);
    return { at: Date.now(), own: bytes('RssAnon') + bytes('RssShmem'), mapped: bytes('RssFile') };
  } catch {
    return undefined;
  }
}

function peakOf(samples: readonly Resident[], output: string): Peak {
  const lines = readFileSync(join(output, 'events.jsonl'), 'utf8').trim().split('\n');
  const events = lines.map((line) => JSON.parse(line) as StampedEvent);
  const only = <Type extends StampedEvent['type']>(type: Type) =>
    events.find((event): event is Extract<StampedEvent, { type: Type }> => event.type === type)!;
  const [preflight, finished] = [only('preflight-finished'), only('run-finished')];
  const total = ({ own, mapped }: Resident) => own + mapped;
  const highest = samples.reduce((most, sample) => (total(sample) > total(most) ? sample : most));
  const phases = events.filter((event) => event.type === 'phase-started');
  const phaseOf = (at: number) => phases.findLast((phase) => phase.at <= at)?.message ?? '';
  const perPhase = Map.groupBy(samples, ({ at }) => phaseOf(at));
  return {
    predicted: preflight.peakBytes,
    measured: Math.max(finished.peakBytes ?? 0, total(highest)),
    highest,
    phase: phaseOf(highest.at),
    phases: [...perPhase].map(([phase, some]) => `  ${phase}: ${Math.round(Math.max(...some.map(total)) / 2 ** 20)}`),
    predictedSeconds: preflight.secondsPerStep,
    trainedSeconds: finished.seconds / finished.step,
  };
}

function nameOf({ model, objective, tuning = 'lora', storage = 'dense', training = {} }: MemoryCase): string {
  const objectiveName = typeof objective === 'string' ? objective : objective.name;
  const tuningName = typeof tuning === 'string' ? tuning : 'dora';
  const others = Object.values(training).map((value) => (value === true ? 'checkpointing' : value));
  return [model, objectiveName, tuningName, storage, ...others].join(' ');
}

function inWords(one: MemoryCase, { predicted, measured, highest, phase, ...seconds }: Peak): string {
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
  const off = 100 * (predicted / measured - 1);
  const cells = [
    nameOf(one),
    mib(predicted),
    mib(measured),
    `${off.toFixed(1)} %`,
    mib(highest.own),
    mib(highest.mapped),
    phase.replace(ROOT, '…'),
    seconds.predictedSeconds.toFixed(2),
    seconds.trainedSeconds.toFixed(2),
  ];
  return `| ${cells.join(' | ')} |`;
}
