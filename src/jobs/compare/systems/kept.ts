import { openCheapModel } from '../../../evaluation/cheap-model.ts';
import type { Answered } from '../../../answering/system.ts';
import { answerWithProgress, type Comparing } from '../comparing.ts';
import type { KeptSpec } from './system-spec.ts';

/** A cheap system saved to a folder. */
export async function answer({ name, title, kind, folder }: KeptSpec, comparing: Comparing): Promise<Answered[]> {
  const { predictor, about } = await openCheapModel(folder);
  const note = title === about.title ? undefined : about.title;
  return [await answerWithProgress({ predictor: { ...predictor, name }, title, kind, isCheap: true, note }, comparing)];
}
