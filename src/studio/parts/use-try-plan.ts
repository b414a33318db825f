import type { TryPlan } from '../../app/page/try-plan.ts';
import { get } from '../client.ts';
import { useLoaded, type Loaded } from './use-loaded.ts';

/** How a run's result is asked; null for one that cannot be asked by itself. */
export function useTryPlan(run: string): Loaded<TryPlan | null> {
  const path = `/api/run/plan?run=${encodeURIComponent(run)}`;
  return useLoaded(async (signal) => (run === '' ? null : get<TryPlan | null>(path, signal)), [run]);
}
