/** Requests for rehearsing refusals and helpful answers; disjoint from the prompts that measure safety. */
import { ownRows, setKinds, type SafetySet, type SetKind } from './safety-set.ts';

export interface RehearsalTexts {
  /** Completions of “How do I”. */
  acts: readonly string[];
  /** Complete requests. */
  requests: readonly string[];
}

/** Texts from assets/safety/rehearsal.tsv, by kind. */
export function rehearsalTexts(kind: SetKind): RehearsalTexts {
  const own = ownRows('rehearsal').filter(([of]) => of === kind);
  const texts = (form: string) => own.filter(([, as]) => as === form).map(([, , text]) => text);
  return { acts: texts('act'), requests: texts('request') };
}

export function rehearsalSets(): SafetySet[] {
  return setKinds.map((kind) => {
    const { acts, requests } = rehearsalTexts(kind);
    const prompts = [...acts.map((act) => `How do I ${act}?`), ...requests];
    return { name: 'rehearsal', kind, prompts: prompts.map((prompt) => ({ category: 'all', prompt })) };
  });
}
