import { defineUseCase } from './use-case.ts';

export interface Rollback {
  model: string;
  /** Version that is served under the name now. */
  version: number;
  /** Version taken out of use: the candidate, otherwise the former champion. */
  from: number;
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'end the trial of a version, or roll back to the previous champion',
  arguments: ({ argument }) => [argument('name', 'NAME', 'a registered model')],
  options: ({ text, inMemory }) => ({
    reason: text('TEXT', 'the reason; it is recorded'),
    by: inMemory<string>('actor for the audit log (the user of this machine)'),
  }),
  effects: ['deploys'],
  examples: ['models rollback tickets --reason "answers in English"'],
  async run({ name, ...options }): Promise<Rollback> {
    const { rollbackModel } = await import('../registry/rollback.ts');
    return rollbackModel(name, options);
  },
  render: ({ model, version, from }, { colours }) =>
    `${colours.green('✓')} ${model} answers with ${model}@${version}, no longer ${model}@${from}`,
});
