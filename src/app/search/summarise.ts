import { join } from 'node:path';
import type { TrainOutcome } from '../run.ts';
import type { Searched, SearchedTrial } from '../use-cases/search.ts';
import type { Budget } from './search-budget.ts';
import { correctedLead } from './corrected-lead.ts';
import type { Plan } from './next-trial.ts';
import { importanceOf } from './importance.ts';
import type { RungReached, SearchJournal } from './journal.ts';

interface Facts {
  plan: Plan;
  journal: SearchJournal;
  budget: Budget;
  folder: string;
  found: TrainOutcome;
}

/** Results of a search, from its journal and the winner's run. */
export function summarise({ plan, journal, budget, folder, found }: Facts): Searched {
  const { winner, reason } = journal.ended!;
  const byTrial = [...Map.groupBy(journal.rungs, ({ trial }) => trial).values()];
  const trials = byTrial.map(describeTrial);
  const measured = byTrial.filter((rungs) => rungs.some(({ loss }) => loss !== null));
  const losses = measured.map(lossesOfBest);
  const place = measured.findIndex(([{ trial }]) => trial === winner);
  const spent = journal.trials(budget.unit).flatMap(({ costs }) => costs);
  return {
    folder,
    run: found.folder,
    winner,
    settings: trials[winner].settings,
    reason,
    budget: { ...budget, spent: spent.reduce((sum, cost) => sum + cost, 0) },
    trials,
    lead: winner === 0 ? undefined : correctedLead(losses, place, plan.seed),
    mattered: importanceOf(plan.dimensions, journal.trials(budget.unit)),
    varied: plan.dimensions.map(({ path, usual, values, isContinuous }) => ({
      path,
      usual,
      values: [...values],
      isContinuous,
    })),
    comparison: found.comparison,
    report: join(folder, 'search.html'),
  };
}

function describeTrial(rungs: readonly RungReached[]): SearchedTrial {
  const { trial, stage, values, until, loss, failure } = rungs.at(-1)!;
  const total = (name: 'seconds' | 'tokens') => rungs.reduce((sum, rung) => sum + rung[name], 0);
  const outcome = failure === undefined ? { loss: loss! } : { failure };
  return { trial, stage, settings: values, until, seconds: total('seconds'), tokens: total('tokens'), ...outcome };
}

/** The rows' losses at the rung with the trial's lowest loss, which becomes its result. */
function lossesOfBest(rungs: readonly RungReached[]): readonly number[] {
  const measured = rungs.filter(({ loss }) => loss !== null);
  const lowest = measured.at(-1)!.loss;
  return measured.find(({ loss }) => loss === lowest)!.rowLosses;
}
