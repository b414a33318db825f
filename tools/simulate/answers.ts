/** Answers of a version with known rates. */
import { randomUnits } from '../../src/base/random.ts';
import { usualMonitor, VersionMonitor, type Observation } from '../../src/monitoring/monitor/version-monitor.ts';

export interface Rates {
  refusal: number;
  runaway: number;
  /** Factor for the lengths. */
  length: number;
  /** 0 to 1: how far the vocabulary of requests has drifted; null to leave words out. */
  topic: number | null;
}

export const stable: Rates = { refusal: 0.05, runaway: 0.01, length: 1, topic: 0 };

/** Draws observations, one per minute. */
export function simulator(seed: number): (rates?: Partial<Rates>) => Observation {
  const unit = randomUnits([seed, 'simulated answers']);
  let [draw, at] = [0, 0];
  const next = (): number => unit(draw++);
  const amount = (scale: number): number =>
    scale * Math.exp(Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()));
  const words = (topic: number): Uint8Array => {
    const counts = new Uint8Array(128);
    for (let word = 0; word < 20; word++) {
      const rank = Math.floor(64 * next() ** 3);
      counts[next() < topic ? 127 - rank : rank]++;
    }
    return counts;
  };
  return (given = {}) => {
    const { refusal, runaway, length, topic } = { ...stable, ...given };
    const hit = (rate: number): number => Number(next() < rate);
    at += 60_000;
    return {
      id: `answer-${at / 60_000}`,
      at,
      signals: {
        refusal: hit(refusal),
        runaway: hit(runaway),
        repetition: hit(0.01),
        empty: hit(0.005),
        error: hit(0.002),
        cancelled: hit(0.02),
        prompt_tokens: amount(60),
        answer_tokens: amount(80 * length),
        milliseconds: amount(400),
      },
      ...(topic !== null && { words: words(topic) }),
    };
  };
}

const REFERENCE = usualMonitor.reference;

/** Number of answers from the change to the alarm; `most` if there is none. */
export function answersUntilAlarm(seed: number, change: Partial<Rates>, { most = 600 } = {}): number {
  const draw = simulator(seed);
  const monitor = new VersionMonitor();
  const before = change.topic === null ? { topic: null } : {};
  for (let i = 0; i < REFERENCE; i++) monitor.observe(draw(before));
  for (let i = 1; i <= most; i++) {
    monitor.observe(draw(change));
    if (monitor.alarms.length > 0) return i;
  }
  return most;
}

/** Whether a stable period with this number of answers has any alarm, checked after each answer. */
export function hasFalseAlarm(seed: number, answers: number): boolean {
  return answersUntilAlarm(seed, {}, { most: answers + 1 }) <= answers;
}

/**
 * Tests a version's first answers and the stable period after them as a server does, comparing vocabularies as well.
 * @returns the first false alarm of each, undefined where there is none
 */
export async function falseAlarms(
  seed: number,
  answers: number,
): Promise<Record<'beginning' | 'period', string | undefined>> {
  const draw = simulator(seed);
  const monitor = new VersionMonitor();
  const found: Record<'beginning' | 'period', string | undefined> = { beginning: undefined, period: undefined };
  for (let i = 1; i <= REFERENCE + answers; i++) {
    monitor.observe(draw());
    if (monitor.isTopicDue) await monitor.compareTopic();
    const part = i <= REFERENCE ? 'beginning' : 'period';
    found[part] ??= monitor.alarms.at(0);
  }
  return found;
}
