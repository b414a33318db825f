import type { RunReport } from '../../jobs/report/run-report.ts';
import { resultFiles } from '../../store/result-files.ts';
import { trainedForm } from '../prompt-form.ts';
import { openContenders, type Contenders } from './contenders.ts';
import type { Answering } from './page-server.ts';
import { questionOf } from './question.ts';
import { tryPlan, type TryPlan } from './try-plan.ts';

/** The models of a run that its page can query; opened by the first question. */
export class Trial {
  readonly #folder: string;
  #plan: TryPlan | undefined;
  #contenders: Contenders | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get plan(): TryPlan | undefined {
    return this.#plan;
  }

  planFor(report: RunReport): TryPlan | undefined {
    this.#plan = tryPlan(report, hasResult(this.#folder) ? trainedForm(this.#folder) : undefined);
    return this.#plan;
  }

  /** Undefined if there is no result yet, or the question is invalid. */
  ask(body: unknown): Answering | undefined {
    const plan = this.#plan;
    const question = plan && questionOf(body, plan);
    if (plan === undefined || question === undefined) return undefined;
    this.#contenders ??= openContenders(this.#folder, plan);
    const contenders = this.#contenders;
    return (line, signal) => contenders.ask(question, line, signal);
  }

  async close(): Promise<void> {
    await this.#contenders?.close();
  }
}

function hasResult(folder: string): boolean {
  return Object.keys(resultFiles(folder)).length > 0;
}
