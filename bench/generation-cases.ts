import { randomUint32 } from '../src/base/random.ts';

export interface Rate {
  name: string;
  /** Tokens a second, by the clock and by the processors' time. */
  wall: number;
  cpu: number;
}

/** Answers rows of token ids, each with exactly so many new tokens. */
export type Answer = (prompts: readonly number[][], newTokens: number) => Promise<unknown>;

interface Time {
  wall: number;
  cpu: number;
}

/** Fewer rows answer longer, so that noise stays small beside what is measured. */
const LEAST_TOKENS = 256;

/** What an engine of a vocabulary so large does a second, in a process that does nothing else. */
export async function measureRates(answer: Answer, vocabulary: number): Promise<Rate[]> {
  let made = 0;
  /** New ones every time, so that nothing is known from before. */
  const prompts = (rows: number, length: number): number[][] => {
    made += rows;
    const token = (row: number, i: number) => randomUint32([made, 'prompt', row], i) % vocabulary;
    return Array.from({ length: rows }, (_, row) => Array.from({ length }, (_token, i) => token(row, i)));
  };
  const time = (rows: number, length: number, newTokens: number): Promise<Time> => {
    const asked = prompts(rows, length);
    return timed(() => answer(asked, newTokens));
  };
  /** What further tokens of each row cost, once the prompts are read. */
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
