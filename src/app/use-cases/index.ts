/** Each use case is one file and one line here, under its command's name. */
export const useCases = {
  groundedness: () => import('./groundedness.ts'),
  'data groups': () => import('./data-groups.ts'),
  judge: () => import('./judge.ts'),
  'runs list': () => import('./runs-list.ts'),
  safety: () => import('./safety.ts'),
  'safety rows': () => import('./safety-rows.ts'),
  'safety pull': () => import('./safety-pull.ts'),
  policy: () => import('./policy.ts'),
  'models register': () => import('./models-register.ts'),
  'models promote': () => import('./models-promote.ts'),
  'models rollback': () => import('./models-rollback.ts'),
  'models history': () => import('./models-history.ts'),
  lineage: () => import('./lineage.ts'),
  usage: () => import('./usage.ts'),
  audit: () => import('./audit.ts'),
  'keys create': () => import('./keys-create.ts'),
  'users erase': () => import('./users-erase.ts'),
  'store move': () => import('./store-move.ts'),
} satisfies Record<string, () => Promise<{ useCase: object }>>;

export type UseCaseName = keyof typeof useCases;
export type UseCaseOf<Name extends UseCaseName> = Awaited<ReturnType<(typeof useCases)[Name]>>['useCase'];
