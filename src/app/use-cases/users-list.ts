import type { ListedUser } from '../users/user-models.ts';
import { listedLine } from './text/users.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: "list users' own models: which one answers, its figures, size and state",
  arguments: ({ argument }) => [argument('file', 'FILE', 'as in `attune users train`')],
  effects: [],
  examples: ['users list support.yaml'],
  async run({ file }): Promise<{ model: string; users: ListedUser[] }> {
    const { listUsers } = await import('../users/list-users.ts');
    return listUsers(file);
  },
  render({ model, users }, { colours }) {
    if (users.length === 0) return `No user of ${model} has a model of their own`;
    return users.map((user) => listedLine(user, colours)).join('\n');
  },
});
