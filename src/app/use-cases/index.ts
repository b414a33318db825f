/** Each use case is one file and one line here, under its command's name. */
export const useCases = {
  groundedness: () => import('./groundedness.ts'),
  'data groups': () => import('./data-groups.ts'),
  judge: () => import('./judge.ts'),
  'runs list': () => import('./runs-list.ts'),
  'runs show': () => import('./runs-show.ts'),
  'runs open': () => import('./runs-open.ts'),
  'runs attach': () => import('./runs-attach.ts'),
  'runs stop': () => import('./runs-stop.ts'),
  'runs rename': () => import('./runs-rename.ts'),
  'runs delete': () => import('./runs-delete.ts'),
  'runs verify': () => import('./runs-verify.ts'),
  'models index': () => import('./models-index.ts'),
  'models add-items': () => import('./models-add-items.ts'),
  'models import': () => import('./models-import.ts'),
  'models list': () => import('./models-list.ts'),
  'models show': () => import('./models-show.ts'),
  'models pull': () => import('./models-pull.ts'),
  export: () => import('./export.ts'),
  'adapters merge': () => import('./adapters-merge.ts'),
  'adapters extract': () => import('./adapters-extract.ts'),
  'adapters project': () => import('./adapters-project.ts'),
} satisfies Record<string, () => Promise<{ useCase: object }>>;

export type UseCaseName = keyof typeof useCases;
export type UseCaseOf<Name extends UseCaseName> = Awaited<ReturnType<(typeof useCases)[Name]>>['useCase'];
