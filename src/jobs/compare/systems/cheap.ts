import { pushAll } from '../../../base/many.ts';
import { chooseCheapest, decidingWell, fitCheap } from '../../../evaluation/compare/cheap-systems.ts';
import type { Answered } from '../../../answering/system.ts';
import { answerWithProgress, type Comparing } from '../comparing.ts';
import type { CheapSpec } from './system-spec.ts';

/** Baselines that are fitted in seconds on the training rows. */
export async function answer({ baselines, without }: CheapSpec, comparing: Comparing): Promise<Answered[]> {
  const { rows, signal, emit, skipped, metric, keepSeen } = comparing;
  emit({ type: 'phase-started', phase: 'evaluate', message: 'fitting cheap baselines' });
  const fitted = await fitCheap(rows.train, { signal, only: baselines, without });
  pushAll(skipped, fitted.skipped);
  const systems = await decidingWell(fitted.systems, rows, signal);
  comparing.cheapest ??= await chooseCheapest(systems, rows.validation, metric, { keepSeen });
  const answered: Answered[] = [];
  for (const system of systems) answered.push(await answerWithProgress(system, comparing));
  return answered;
}
