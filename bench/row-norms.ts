/**
 * Gradient norms of single rows on attune-base: row by row, and as `dp_sgd` computes them, in alternation. Processor
 * time.
 *
 *   node bench/row-norms.ts [--rows 16] [--tokens 64] [--rounds 5]
 */
import { parseArgs } from 'node:util';
import { OWN_BASE, modelFolder } from '../src/answering/model/base-model.ts';
import { collateRows } from '../src/answering/tasks/rows/collate.ts';
import { countTokens } from '../src/answering/tasks/rows/trained-tokens.ts';
import { nextTokenLoss } from '../src/training/objectives/next-token.ts';
import { tunings } from '../src/methods/tunings/index.ts';
import { ClippedSum } from '../src/training/optimizers/clipped-sum.ts';
import { loadModel } from '../src/models/load-model.ts';
import type { Objective } from '../src/training/objective.ts';
import type { PreparedRow } from '../src/answering/tasks/rows/prepared-rows.ts';
import type { StepPasses, Update } from '../src/methods/interfaces.ts';
import { trainStep } from '../src/training/train-step.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '16' },
    tokens: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '5' },
  },
});

const rows: PreparedRow[] = Array.from({ length: Number(values.rows) }, (_, r) => ({
  id: (0x2234567890abcde0n + BigInt(r)).toString(16),
  ids: Int32Array.from({ length: Number(values.tokens) }, (__, t) => (t * 131 + r * 71 + 5) % 4096),
  trained: new Uint8Array(Number(values.tokens)).fill(1),
  source: { file: 'rows.jsonl', line: r + 1 },
}));

const objective: Objective = {
  task: 'causal-lm',
  accepts: [],
  separable: true,
  unit: 'tokens',
  prepare: async () => ({ rows: [], problems: [] }),
  collate: (some) => collateRows(some, { causal: true }),
  counts: countTokens,
  loss: nextTokenLoss,
};

type Way = (passes: StepPasses, sum: ClippedSum) => Promise<readonly number[]>;

for (const [method, options] of [
  ['lora', { r: 16 }],
  ['ia3', {}],
  ['ln_tuning', {}],
  ['lora', { r: 16, use_dora: true }],
  ['full', {}],
] as const) {
  const { model } = await loadModel(modelFolder(OWN_BASE), { task: 'causal-lm', dtype: 'bf16' });
  const tuning = await (await tunings.load(method)).create(model, options, { seed: 5 });
  const ways: Record<string, Way> = {
    'row by row': async (passes, sum) => {
      const { losses, norms } = await passes.rowGradients(tuning.trainables, (norm) => sum.factorOf(norm));
      sum.note(norms);
      return losses;
    },
    'ghost norms': async (passes, sum) => {
      const { losses, norms } = (await passes.cutGradients!(tuning.trainables, (norm) => sum.factorOf(norm)))!;
      sum.note(norms);
      return losses;
    },
  };
  const seconds: Record<string, number[]> = {};
  for (let round = 0; round <= Number(values.rounds); round++) {
    for (const [name, way] of Object.entries(ways)) {
      const before = process.cpuUsage();
      await step(way);
      const { user, system } = process.cpuUsage(before);
      if (round > 0) (seconds[name] ??= []).push((user + system) / 1e6);
    }
  }
  const [one, other] = Object.values(seconds).map(median);
  process.stdout.write(
    `${method} ${JSON.stringify(options)}: row by row ${one.toFixed(3)}, ghost norms ${other.toFixed(3)} s: ${(one / other).toFixed(2)} times\n`,
  );

  async function step(way: Way): Promise<void> {
    const update: Update = {
      needs: 'row-gradients',
      async drive(passes) {
        const sum = new ClippedSum(tuning.trainables, 1);
        return { perRow: await way(passes, sum), gradNorm: 0 };
      },
      step: () => 0,
      state: () => new Map(),
      load: () => undefined,
    };
    const request = { microBatches: [rows], step: 0, seed: 1, checkpointing: false };
    const rest = { learningRate: 0, weightDecay: 0, maxGradNorm: 0 };
    await trainStep({ model, objective, update }, { ...request, options: rest });
  }
}

function median(all: readonly number[]): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
}
