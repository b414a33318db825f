/**
 * `npm run simulate -- monitoring`: 1,000 versions of a model, each with its first answers and a stable week, and with
 * changes that should be found. Every answer goes through the same tests as in a server. Fails if a bound is exceeded.
 */
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { wilsonInterval } from '../../src/scoring/statistics/index.ts';
import { median } from '../../src/base/median.ts';
import { answersUntilAlarm, falseAlarms } from './answers.ts';

const WEEKS = 1000;
const ANSWERS = 500;

interface Outcome {
  beginning?: string;
  period?: string;
  refusal: number;
  runaway: number;
}

if (isMainThread) await study();
else {
  const { first, step } = workerData as { first: number; step: number };
  for (let seed = first; seed < WEEKS; seed += step) {
    const outcome: Outcome = {
      ...(await falseAlarms(seed, ANSWERS)),
      refusal: answersUntilAlarm(seed, { refusal: 0.15, topic: null }),
      runaway: answersUntilAlarm(seed, { runaway: 0.05, topic: null }),
    };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
    parentPort!.postMessage(outcome);
  }
}

async function study(): Promise<void> {
  const outcomes: Outcome[] = [];
  const step = availableParallelism();
  const threads = Array.from({ length: step }, (_, first) => ofThread({ first, step }, outcomes));
  await Promise.all(threads);
  const failed = [
    alarmsOf('beginning', 'the first 1,000 answers of a version', outcomes),
    alarmsOf('period', `a stable week of ${ANSWERS} answers after them`, outcomes),
    delayOf('refusal', { title: 'refusals from 5 to 15 %', most: 150 }, outcomes),
    delayOf('runaway', { title: 'runaway answers from 1 to 5 %', most: 300 }, outcomes),
  ].filter((isKept) => !isKept);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

function ofThread(data: { first: number; step: number }, outcomes: Outcome[]): Promise<void> {
  const thread = new Worker(new URL(import.meta.url), { workerData: data });
  return new Promise((resolve, reject) => {
    thread.on('message', (outcome: Outcome) => {
      outcomes.push(outcome);
      if (outcomes.length % 100 === 0) console.error(`${outcomes.length} of ${WEEKS}`);
    });
    thread.on('error', reject);
    thread.on('exit', () => resolve());
  });
}

function alarmsOf(part: 'beginning' | 'period', title: string, outcomes: readonly Outcome[]): boolean {
  const found = outcomes.flatMap((one) => one[part] ?? []);
  const kinds = [...Map.groupBy(found, (name) => name)].map(([name, all]) => `${name} ${all.length}`);
  const { low, high } = wilsonInterval(found.length, outcomes.length);
  const share = found.length / outcomes.length;
  const [own, least, most] = [share, low, high].map((one) => (100 * one).toFixed(1));
  console.log(
    `${title}: any alarm in ${own} % of ${outcomes.length} (${least} to ${most} %; bound 5 %) ${kinds.join(', ')}`,
  );
  return share <= 0.05;
}

function delayOf(
  kind: 'refusal' | 'runaway',
  { title, most }: { title: string; most: number },
  outcomes: readonly Outcome[],
): boolean {
  const delays = outcomes.map((one) => one[kind]).toSorted((a, b) => a - b);
  const [low, middle, high] = [0.1, 0.5, 0.9].map((share) => delays[Math.floor(share * delays.length)]);
  console.log(`${title}: found after ${middle} answers (median; 80 % of cases ${low} to ${high}; bound ${most})`);
  return median(delays) <= most;
}
