/**
 * One measured training in a separate process, so that its memory peak is its own. Started by `bench/main.ts`: `node
 * bench/train.ts --workload w1 --model FOLDER [--make] [--full] [--checkpointing | --least] [--storage dense] [--int8-embeddings] [--steps
 * 3]`. `--make` only writes the model's folder with random weights. With `--rank R --processes P --port N` it is one of
 * the processes that share the steps. Prints one JSON line.
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
import { Group } from '../src/engine/group/index.ts';
import { saveModel } from '../src/models/save.ts';
import { engineIdentity, synchronise } from '../src/engine/tensor/index.ts';
import type { Trainable } from '../src/methods/interfaces.ts';
import type { Objective } from '../src/training/objective.ts';
import { packed } from '../src/training/produce.ts';
import { ShardedUpdate } from '../src/training/shared/sharded-update.ts';
import { Shared } from '../src/training/shared/shared.ts';
import { trainStep, type StepParts, type StepRequest } from '../src/training/train-step.ts';
import { matrixProductRate } from '../src/jobs/doctor/rates.ts';
import { peakBytes } from '../src/answering/model/resources.ts';
import type { Checkpointing } from '../src/models/tape.ts';
import { watchOverlap, type Overlap } from './overlap.ts';
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
  /** Bytes that this process sends in a step that it shares. */
  sentBytes?: number;
  /** Exchange of gradients in each of those steps. */
  overlaps?: Overlap[];
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
  /** Storage of frozen weights, and whether token tables are in int8. */
  storage: string;
  int8Tables: boolean;
  steps: number;
  /** Tokens of a micro-batch; all rows in one by default. */
  tokens: number;
  group?: Group;
}

/** The parts of a run as `attune train` builds them: trained weights in f32, frozen ones as stored, in bf16. */
async function partsOf({ lora }: Workload, { folder, full, storage, int8Tables, group }: Choice): Promise<StepParts> {
  const method = await storages.load(storage);
  const keep = await method.keep(int8Tables ? { int8_embeddings: true } : {});
  const { model } = await loadModel(folder, { task: objective.task, dtype: 'stored', keep });
  const adapter = complete(loraOptions.parse({ r: lora.r, alpha: lora.lora_alpha }));
  const tuning = full ? createFull(model, {}) : createLora(model, adapter, { seed: SEED });
  await method.create(model, {}, 'training');
  const { trainables } = tuning;
  const adamw = (weights: readonly Trainable[]) => createAdamw(weights, adamwOptions.parse({}));
  if (group === undefined) return { model, objective, update: adamw(trainables) };
  const update = await ShardedUpdate.of(group, trainables, async (own) => adamw(own));
  return { model, objective, update, shared: new Shared({ group, shares: group.size, trainables, ownOnly: true }) };
}

async function measure(workload: Workload, choice: Choice): Promise<Measurement> {
  const parts = await partsOf(workload, choice);
  const rows = rowsOf(workload);
  const seconds: number[] = [];
  const processorSeconds: number[] = [];
  const losses: number[] = [];
  let sentBytes: number | undefined;
  const { group, tokens } = choice;
  const takeOverlap = group && watchOverlap(group);
  const overlaps: Overlap[] = [];
  const microBatches = packed(rows, { microBatchTokens: tokens, shares: group?.size });
  for (let step = 0; step <= choice.steps; step++) {
    await group?.gatherNumbers('begin', 0);
    const started = performance.now();
    const before = process.cpuUsage();
    const sentBefore = group?.sentBytes ?? 0;
    losses.push((await trainStep(parts, { ...requestOf(workload, choice), microBatches, step })).loss);
    synchronise(parts.model.device);
    const overlap = takeOverlap?.();
    if (step === 0) continue;
    if (overlap !== undefined) overlaps.push(overlap);
    const { user, system } = process.cpuUsage(before);
    seconds.push((performance.now() - started) / 1000);
    processorSeconds.push((user + system) / 1e6);
    sentBytes = (group?.sentBytes ?? 0) - sentBefore;
  }
  const peakRssMib = peakBytes() / 2 ** 20;
  const { libtorch, threads, device } = engineIdentity();
  const bf16GemmGflops = matrixProductRate('bf16', 100);
  const engine = `attune on libtorch ${libtorch}${device === undefined ? '' : `, ${device}`}`;
  return { engine, threads, seconds, processorSeconds, peakRssMib, bf16GemmGflops, losses, sentBytes, overlaps };
}

function requestOf({ optimizer }: Workload, { checkpointing }: Choice): Omit<StepRequest, 'microBatches' | 'step'> {
  const options = { learningRate: optimizer.lr, weightDecay: 0.01, maxGradNorm: optimizer.max_grad_norm };
  return { seed: SEED, checkpointing, options };
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
    'int8-embeddings': { type: 'boolean', default: false },
    steps: { type: 'string', default: '3' },
    tokens: { type: 'string', default: '1000000' },
    rank: { type: 'string', default: '0' },
    processes: { type: 'string', default: '1' },
    port: { type: 'string' },
  },
});
const workload = readWorkload(String(values.workload));
const folder = String(values.model);
if (values.make) await makeModel(workload, folder);
else {
  const checkpointing = values.least ? 'least' : values.checkpointing;
  await using group = await joinedGroup();
  const counts = { steps: Number(values.steps), tokens: Number(values.tokens) };
  const int8Tables = values['int8-embeddings'];
  console.log(
    JSON.stringify(await measure(workload, { ...values, ...counts, checkpointing, int8Tables, folder, group })),
  );
}

async function joinedGroup(): Promise<Group | undefined> {
  const [rank, size] = [Number(values.rank), Number(values.processes)];
  if (size === 1) return undefined;
  const store = { host: '127.0.0.1', port: Number(values.port), serves: rank === 0 };
  const shape = { rank, size, localRank: rank, localSize: size, attempt: 0, starts: 0 };
  const group = await Group.open({ ...shape, store, from: 'local', id: 'bench' });
  return group.join(new AbortController().signal);
}
