/** Each use case is one file and one line here, under its command's name. */
export const useCases = {
  groundedness: () => import('./groundedness.ts'),
  'data groups': () => import('./data-groups.ts'),
  judge: () => import('./judge.ts'),
  'runs list': () => import('./runs-list.ts'),
  'import openai': () => import('./import-openai.ts'),
  'import langfuse': () => import('./import-langfuse.ts'),
  'import otlp': () => import('./import-otlp.ts'),
  'data inspect': () => import('./data-inspect.ts'),
  'data prepare': () => import('./data-prepare.ts'),
  'data pipeline': () => import('./data-pipeline.ts'),
  'data diff': () => import('./data-diff.ts'),
  'data pull': () => import('./data-pull.ts'),
  'data steps': () => import('./data-steps.ts'),
  'data redact': () => import('./data-redact.ts'),
  'data restore': () => import('./data-restore.ts'),
  'data audit': () => import('./data-audit.ts'),
  'data counterfactuals': () => import('./data-counterfactuals.ts'),
  'data list': () => import('./data-list.ts'),
} satisfies Record<string, () => Promise<{ useCase: object }>>;

export type UseCaseName = keyof typeof useCases;
export type UseCaseOf<Name extends UseCaseName> = Awaited<ReturnType<(typeof useCases)[Name]>>['useCase'];
