import { randomUint32 } from '../src/base/random.ts';

export interface Rate {
  name: string;
  /** Tokens per second of wall time and of processor time. */
  wall: number;
  cpu: number;
}

/** Generates for rows of token ids, with exactly the given number of new tokens each. */
export type Answer = (prompts: readonly number[][], newTokens: number) => Promise<unknown>;

interface Time {
  wall: number;
  cpu: number;
}

/** Fewer rows get longer answers, so that noise stays small in relation to the measured time. */
const LEAST_TOKENS = 256;

/** Throughput of an engine with a vocabulary of this size, in a process that does nothing else. */
export async function measureRates(answer: Answer, vocabulary: number): Promise<Rate[]> {
  let made = 0;
  /** Different prompts each time, so that no cache applies. */
  const prompts = (rows: number, length: number): number[][] => {
    made += rows;
    const token = (row: number, i: number) => randomUint32([made, 'prompt', row], i) % vocabulary;
    return Array.from({ length: rows }, (_, row) => Array.from({ length }, (_token, i) => token(row, i)));
  };
  const time = (rows: number, length: number, newTokens: number): Promise<Time> => {
    const asked = prompts(rows, length);
    return timed(() => answer(asked, newTokens));
  };
  /** The cost of further tokens per row once the prompts have been read. */
  const decode = async (rows: number, length: number): Promise<Rate> => {
    const further = Math.max(16, LEAST_TOKENS / rows);
    const [one, many] = [await time(rows, length, 1), await time(rows, length, 1 + further)];
    const rate = (key: keyof Time) => (rows * further) / (many[key] - one[key]);
    return { name: `decode, ${rows} rows after ${length} tokens`, wall: rate('wall'), cpu: rate('cpu') };
  };
  const prefill = async (rows: number, length: number): Promise<Rate> => {
    const { wall, cpu } = await time(rows, length, 1);
    return { name: `prompts, ${rows} of ${length} tokens`, wall: (rows * length) / wall, cpu: (rows * length) / cpu };
  };
  return [await decode(1, 64), await decode(8, 64), await decode(32, 64), await decode(32, 400), await prefill(1, 512)];
}

async function timed(body: () => Promise<unknown>): Promise<Time> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await body();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
}
