/**
 * One measured training in a separate process, so that its memory peak is its own. Started by `bench/main.ts`: `node
 * bench/train.ts --workload w1 --model FOLDER [--make] [--full] [--checkpointing | --least] [--storage dense] [--steps
 * 3]`. `--make` only writes the model's folder with random weights. Prints one JSON line.
 */
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { collateRows } from '../src/answering/tasks/rows/collate.ts';
import { countTokens } from '../src/answering/tasks/rows/trained-tokens.ts';
import { nextTokenLoss } from '../src/training/objectives/next-token.ts';
import { storages } from '../src/methods/storages/index.ts';
import { create as createFull } from '../src/methods/tunings/full.ts';
import { create as createLora } from '../src/methods/tunings/lora.ts';
import { complete, options as loraOptions } from '../src/methods/tunings/lora.options.ts';
import { create as createAdamw, options as adamwOptions } from '../src/training/optimizers/adamw.ts';
import { createModel, loadModel } from '../src/models/load-model.ts';
import { saveModel } from '../src/models/save.ts';
import { engineIdentity } from '../src/engine/tensor/index.ts';
import type { Objective } from '../src/training/objective.ts';
import { trainStep, type StepParts, type StepResult } from '../src/training/train-step.ts';
import { matrixProductRate } from '../src/jobs/doctor/rates.ts';
import { peakBytes } from '../src/answering/model/resources.ts';
import type { Checkpointing } from '../src/models/tape.ts';
import { readWorkload, rowsOf, type Workload } from './workload.ts';

/** Measurements of one process. */
export interface Measurement {
  engine: string;
  threads: number;
  /** Seconds of each measured step. */
  seconds: number[];
  /** Processor time of each step over all threads, which depends least on other load. */
  processorSeconds?: number[];
  peakRssMib: number;
  /** bf16 product [1706, 576] × [576, 1536], in 10⁹ operations per second. */
  bf16GemmGflops: number;
  /** Loss of each step, the warm-up first. */
  losses: number[];
}

const objective = {
  task: 'causal-lm',
  accepts: ['text'],
  separable: true,
  unit: 'tokens',
  prepare: () => Promise.reject(new Error('a workload has its rows')),
  collate: (rows) => collateRows(rows, { causal: true }),
  counts: countTokens,
  loss: nextTokenLoss,
} satisfies Objective;

const SEED = 1;

async function makeModel(workload: Workload, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  saveModel(await createModel(workload.model, { dtype: 'f32', seed: SEED }), folder, { dtype: 'bf16' });
}

interface Choice {
  folder: string;
  full: boolean;
  checkpointing: Checkpointing;
  /** Storage of frozen weights. */
  storage: string;
  steps: number;
}

/** The parts of a run as `attune train` builds them: trained weights in f32, frozen ones as stored, in bf16. */
async function partsOf({ lora }: Workload, { folder, full, storage }: Choice): Promise<StepParts> {
  const method = await storages.load(storage);
  const keep = await method.keep({});
  const { model } = await loadModel(folder, { task: objective.task, dtype: 'stored', keep });
  const adapter = complete(loraOptions.parse({ r: lora.r, alpha: lora.lora_alpha }));
  const tuning = full ? createFull(model, {}) : createLora(model, adapter, { seed: SEED });
  await method.create(model, {}, 'training');
  return { model, objective, update: createAdamw(tuning.trainables, adamwOptions.parse({})) };
}

async function measure(workload: Workload, choice: Choice): Promise<Measurement> {
  const parts = await partsOf(workload, choice);
  const rows = rowsOf(workload);
  const seconds: number[] = [];
  const processorSeconds: number[] = [];
  const losses: number[] = [];
  const oneStep = (step: number): Promise<StepResult> =>
    trainStep(parts, {
      microBatches: [rows],
      step,
      seed: SEED,
      checkpointing: choice.checkpointing,
      options: {
        learningRate: workload.optimizer.lr,
        weightDecay: 0.01,
        maxGradNorm: workload.optimizer.max_grad_norm,
      },
    });
  for (let step = 0; step <= choice.steps; step++) {
    const started = performance.now();
    const before = process.cpuUsage();
    losses.push((await oneStep(step)).loss);
    if (step === 0) continue;
    const { user, system } = process.cpuUsage(before);
    seconds.push((performance.now() - started) / 1000);
    processorSeconds.push((user + system) / 1e6);
  }
  const peakRssMib = peakBytes() / 2 ** 20;
  const { libtorch, threads } = engineIdentity();
  const bf16GemmGflops = matrixProductRate('bf16', 100);
  const engine = `attune on libtorch ${libtorch}`;
  return { engine, threads, seconds, processorSeconds, peakRssMib, bf16GemmGflops, losses };
}

const { values } = parseArgs({
  options: {
    workload: { type: 'string' },
    model: { type: 'string' },
    make: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    checkpointing: { type: 'boolean', default: false },
    least: { type: 'boolean', default: false },
    storage: { type: 'string', default: 'dense' },
    steps: { type: 'string', default: '3' },
  },
});
const workload = readWorkload(String(values.workload));
const folder = String(values.model);
if (values.make) await makeModel(workload, folder);
else {
  const checkpointing = values.least ? 'least' : values.checkpointing;
  const measured = await measure(workload, { ...values, checkpointing, folder, steps: Number(values.steps) });
  console.log(JSON.stringify(measured));
}
