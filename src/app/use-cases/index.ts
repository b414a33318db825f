/** Each use case is one file and one line here, under its command's name. */
export const useCases = {
  groundedness: () => import('./groundedness.ts'),
  'data groups': () => import('./data-groups.ts'),
  judge: () => import('./judge.ts'),
  'runs list': () => import('./runs-list.ts'),
} satisfies Record<string, () => Promise<{ useCase: object }>>;

export type UseCaseName = keyof typeof useCases;
export type UseCaseOf<Name extends UseCaseName> = Awaited<ReturnType<(typeof useCases)[Name]>>['useCase'];
