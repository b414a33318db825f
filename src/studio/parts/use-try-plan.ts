import type { TryPlan } from '../../app/page/try-plan.ts';
import { get } from '../client.ts';
import { useLoaded, type Loaded } from './use-loaded.ts';

/** Loads how to query a run's result; null if it cannot be queried on its own. */
export function useTryPlan(run: string): Loaded<TryPlan | null> {
  const path = `/api/run/plan?run=${encodeURIComponent(run)}`;
  return useLoaded(async (signal) => (run === '' ? null : get<TryPlan | null>(path, signal)), [run]);
}
