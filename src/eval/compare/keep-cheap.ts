import type { Comparison } from '../../store/results.ts';
import { cheapModelName } from '../baselines/cheap-names.ts';

/** A cheap system that the judged one is not shown to beat, and that a recipe can train in its place. */
export interface KeepableCheap {
  /** For people: "tf-idf + logistic regression". */
  title: string;
  /** As a recipe names it: "tfidf". */
  model: string;
  /** Whether it is better, or only as good as far as the rows show. */
  isBetter: boolean;
}

/**
 * The cheap rival, where the verdict does not say that the judged system is better than it. `isCheap`: the judged one
 * costs no more itself, so that one as good is no reason to change.
 */
export function keepableCheap(comparison: Comparison, isCheap = false): KeepableCheap | undefined {
  const { differences, metric, rivals, systems } = comparison;
  for (const { name, title, kind } of systems) {
    if (kind !== 'cheap' || !rivals.includes(name)) continue;
    const difference = differences.find((one) => one.against === name && one.metric === metric);
    const model = cheapModelName(name);
    if (difference === undefined || model === undefined || difference.verdict === 'better') continue;
    // What is as good is worth keeping only where it does not look worse.
    if (difference.verdict === 'worse' || (difference.estimate <= 0 && !isCheap))
      return { title, model, isBetter: difference.verdict === 'worse' };
  }
  return undefined;
}

/** "tf-idf + logistic regression is better; to keep it: attune train tickets.yaml --model tfidf". */
export function keepSentence({ title, isBetter }: KeepableCheap, command: string): string {
  return `${title} ${isBetter ? 'is better' : 'is as good, and costs seconds'}; to keep it: ${command}`;
}
