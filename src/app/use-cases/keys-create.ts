import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'make a key for clients of `attune serve`',
  arguments: ({ argument }) => [argument('name', 'NAME', 'whose key it is')],
  options: ({ text, texts, flag, required }) => ({
    file: required(text('FILE', "the file of keys, which keeps the key's hash only")),
    model: texts('NAME', 'model that it may use (all); may be repeated'),
    admin: flag('may load and unload adapters, and read metrics'),
  }),
  effects: ['writes-registry', 'writes-files'],
  examples: ['keys create website --file keys.yaml --model tickets'],
  async run({ model: models, ...key }): Promise<{ name: string; key: string }> {
    const { createKey } = await import('../../serving/access/api-keys.ts');
    return createKey({ ...key, models });
  },
  render: ({ key }, { colours }) => `${key}\n${colours.dim('It cannot be shown again: save it now.')}`,
});
