import { useEffect, useState } from 'preact/hooks';
import type { TryPlan } from '../../app/page/try-plan.ts';
import { failureOf, get, type Failure } from '../client.ts';

/** How a run's result is asked; null for one that cannot be asked by itself. */
export function useTryPlan(run: string): { plan?: TryPlan | null; failure?: Failure } {
  const [found, setFound] = useState<{ plan?: TryPlan | null; failure?: Failure }>({});
  useEffect(() => {
    if (run === '') return;
    get<TryPlan | null>(`/api/run/plan?run=${encodeURIComponent(run)}`).then(
      (plan) => setFound({ plan }),
      (error: unknown) => setFound({ failure: failureOf(error) }),
    );
  }, [run]);
  return found;
}
