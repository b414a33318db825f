import type { InitResult } from '../../app/use-cases/init.ts';

export interface KeptPlan extends InitResult {
  /** Input of `init`. */
  input: Readonly<Record<string, unknown>>;
}

/** Stores the result of `init` until the tab is closed. */
export function keepPlan(plan: KeptPlan): void {
  sessionStorage.setItem(`plan ${plan.recipe}`, JSON.stringify(plan));
}

export function planOf(recipe: string): KeptPlan | undefined {
  const kept = sessionStorage.getItem(`plan ${recipe}`);
  return kept === null ? undefined : (JSON.parse(kept) as KeptPlan);
}
