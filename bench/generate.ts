/**
 * One measured generation in a process of its own; `bench/generation.ts` starts it: `node bench/generate.ts FOLDER f32|bf16`.
 * Prints one JSON line: tokens a second by the clock and by the processors' time.
 */
import { loadModel } from '../src/models/load.ts';
import { generate } from '../src/generate/index.ts';
import { randomUint32 } from '../src/base/random.ts';
import { Tokenizer } from '../src/text/index.ts';

export interface Rate {
  name: string;
  /** Tokens a second, by the clock and by the processors' time. */
  wall: number;
  cpu: number;
}

const [folder, dtype] = process.argv.slice(2);
const { model } = await loadModel(folder, { dtype: dtype as 'f32' | 'bf16' });
const tokenizer = await Tokenizer.load(folder);
const vocabulary = model.trunk.tokenTable.count;
let made = 0;

/** New ones every time, so that nothing is known from before. */
function prompts(rows: number, length: number): number[][] {
  made += rows;
  const token = (row: number, i: number) => randomUint32([made, 'prompt', row], i) % vocabulary;
  return Array.from({ length: rows }, (_, row) => Array.from({ length }, (_token, i) => token(row, i)));
}

interface Time {
  wall: number;
  cpu: number;
}

async function timed(body: () => Promise<unknown>): Promise<Time> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await body();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
}

async function answers(rows: number, length: number, maxNewTokens: number): Promise<Time> {
  const asked = prompts(rows, length);
  return timed(() => generate({ model, tokenizer }, asked, { maxNewTokens, stopIds: [] }));
}

/** What 16 further tokens of each row cost, once the prompts are read. */
async function decode(rows: number, length: number): Promise<Rate> {
  const [one, many] = [await answers(rows, length, 1), await answers(rows, length, 17)];
  const rate = (key: keyof Time) => (rows * 16) / (many[key] - one[key]);
  return { name: `decode, ${rows} rows after ${length} tokens`, wall: rate('wall'), cpu: rate('cpu') };
}

async function prefill(rows: number, length: number): Promise<Rate> {
  const time = await answers(rows, length, 1);
  const tokens = rows * length;
  return { name: `prompts, ${rows} of ${length} tokens`, wall: tokens / time.wall, cpu: tokens / time.cpu };
}

const rates = [
  await decode(1, 64),
  await decode(8, 64),
  await decode(32, 64),
  await decode(32, 400),
  await prefill(1, 512),
];
console.log(JSON.stringify(rates));
