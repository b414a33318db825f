import type { SampledAnswer, StampedEvent } from '../../base/events.ts';

/** An answer, and the step at which it was first given. */
export interface WatchedAnswer extends Pick<SampledAnswer, 'answer' | 'cut' | 'reward'> {
  step: number;
}

/** A validation row and its answers while the run trained; one that stayed the same is not repeated. */
export interface WatchedRow extends Pick<SampledAnswer, 'id' | 'prompt' | 'file' | 'expected'> {
  answers: readonly WatchedAnswer[];
}

/** Collects the answers to a few validation rows; those that a resumed run repeats replace the earlier ones. */
export class WatchedRows {
  readonly #rows = new Map<string, WatchedRow & { answers: WatchedAnswer[] }>();

  record(event: StampedEvent): void {
    if (event.type === 'run-resumed') for (const { answers } of this.#rows.values()) forgetAfter(answers, event.step);
    if (event.type !== 'samples-answered') return;
    for (const { answer, cut, reward, ...row } of event.samples) {
      const answers = this.#rows.get(row.id)?.answers ?? [];
      this.#rows.set(row.id, { ...row, answers });
      // A run without a checkpoint starts again without announcing it.
      forgetAfter(answers, event.step - 1);
      const last = answers.at(-1);
      if (last?.answer !== answer || last.reward !== reward) answers.push({ step: event.step, answer, cut, reward });
    }
  }

  /** Undefined if no answer is left. */
  rows(): readonly WatchedRow[] | undefined {
    const rows = [...this.#rows.values()].filter(({ answers }) => answers.length > 0);
    return rows.length === 0 ? undefined : rows;
  }
}

function forgetAfter(answers: WatchedAnswer[], step: number): void {
  while (answers.length > 0 && answers[answers.length - 1].step > step) answers.pop();
}
