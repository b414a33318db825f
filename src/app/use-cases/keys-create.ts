import { roleNames } from '../../serving/access/roles.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'create an API key for `attune serve`, the studio and agents',
  arguments: ({ argument }) => [argument('name', 'NAME', 'owner of the key')],
  options: ({ text, texts, flag, choice, required }) => ({
    file: required(text('FILE', "the API key file, which stores only the key's hash")),
    model: texts('NAME', 'a model the key may use (all); can be repeated'),
    user: text('USER', "a user's own key: every request with it is theirs, and their own model answers"),
    admin: flag('may load and unload adapters, and read metrics'),
    role: choice(roleNames, 'ROLE', `rights in the studio and over MCP: ${roleNames.join(', ')} (none)`),
  }),
  effects: ['grants', 'writes-files'],
  examples: [
    'keys create website --file keys.yaml --model tickets',
    'keys create anna --file keys.yaml --role trainer',
    'keys create phone-4711 --file keys.yaml --model support --user customer-4711',
  ],
  async run({ model: models, ...key }): Promise<{ name: string; key: string }> {
    const { createKey } = await import('../../serving/access/api-keys.ts');
    return createKey({ ...key, models });
  },
  render: ({ key }, { colours }) => `${key}\n${colours.dim('It cannot be shown again: save it now.')}`,
});
