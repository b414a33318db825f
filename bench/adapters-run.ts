/**
 * One measured process of `bench/adapters.ts`: `node bench/adapters-run.ts FOLDER f32|bf16 ROUNDS RANK REGISTERED`.
 * Prints one JSON line: for each case and round, tokens per second of wall time and of processor time; the cases
 * alternate.
 */
import { randomUint32 } from '../src/base/random.ts';
import { Batcher } from '../src/answering/decoding/index.ts';
import { open as openLora } from '../src/methods/tunings/lora.ts';
import { complete, options as loraOptions } from '../src/methods/tunings/lora.options.ts';
import { tokenTableOf } from '../src/models/architecture.ts';
import { keyedNormal } from '../src/models/initialise.ts';
import { loadModel } from '../src/models/load-model.ts';
import { AdapterOwner } from '../src/engine/nn/index.ts';
import { noGrad, scope, type Tensor } from '../src/engine/tensor/index.ts';
import { settleWeights } from '../src/answering/model/settle-weights.ts';

const ROWS = 8;
const PROMPT = 64;
const NEW = 96;

const [folder, dtype, rounds, rank, registered] = process.argv.slice(2);
const { model } = await loadModel(folder, { dtype: dtype as 'f32' | 'bf16' });
settleWeights(model);
const vocabulary = tokenTableOf(model.trunk).count;
using batcher = new Batcher({ model, tokenizer: { decode: () => '', stopIds: [] } });
for (let seed = 0; seed < Number(registered); seed++) installRandom(`${seed}`, seed);

function installRandom(id: string, seed: number): void {
  const options = complete(loraOptions.parse({ r: Number(rank) }));
  const owner = new AdapterOwner();
  const tuning = owner.own(() => openLora(model, options, { owner }));
  noGrad(() =>
    scope(() => {
      const state = [...tuning.state()].map(([path, { shape }]): [string, Tensor] => [
        path,
        keyedNormal(shape, { seed, path }, 0.01),
      ]);
      tuning.load(new Map(state));
    }),
  );
  tuning.settle?.(model.dtype);
  batcher.install(id, { owner, dispose: () => tuning.dispose() });
}

interface Time {
  wall: number;
  cpu: number;
}

/** Time to generate a number of tokens for new prompts, each with the adapter of its row. */
let made = 0;
async function time(adapters: readonly (string | undefined)[], maxNewTokens: number): Promise<Time> {
  made++;
  const token = (row: number, i: number) => randomUint32([made, 'prompt', row], i) % vocabulary;
  const prompts = adapters.map((_, row) => Int32Array.from({ length: PROMPT }, (_token, i) => token(row, i)));
  const [start, before] = [performance.now(), process.cpuUsage()];
  await Promise.all(
    prompts.map((prompt, row) => batcher.submit({ prompt, adapter: adapters[row], maxNewTokens, stopIds: [] })),
  );
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
}

const cases = {
  base: Array.from({ length: ROWS }, () => undefined),
  'one adapter': Array.from({ length: ROWS }, () => '0'),
  'eight adapters': Array.from({ length: ROWS }, (_, row) => `${row}`),
  'seven and the base': Array.from({ length: ROWS }, (_, row) => (row === 0 ? undefined : `${row}`)),
};
const rates: Record<string, Record<keyof Time, number[]>> = {};
for (let round = -1; round < Number(rounds); round++) {
  for (const [name, adapters] of Object.entries(cases)) {
    const [one, many] = [await time(adapters, 1), await time(adapters, 1 + NEW)];
    if (round < 0) continue;
    rates[name] ??= { wall: [], cpu: [] };
    for (const key of ['wall', 'cpu'] as const) rates[name][key].push((ROWS * NEW) / (many[key] - one[key]));
  }
}
console.log(JSON.stringify(rates));
