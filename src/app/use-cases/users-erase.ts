import { plural } from '../../base/format.ts';
import { withoutCredentials } from '../../base/secrets.ts';
import type { UserErasure } from '../monitor/erase-everywhere.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'forget a user of served models: their answers, feedback and key',
  arguments: ({ argument }) => [argument('user', 'USER', 'as requests name them')],
  effects: ['deletes'],
  examples: ['users erase customer-4711'],
  async run({ user }): Promise<UserErasure> {
    const { eraseUser } = await import('../monitor/erase-everywhere.ts');
    return eraseUser(user);
  },
  render({ user: given, traces, feedback, hadKey, rows, models }) {
    const user = withoutCredentials(given);
    if (traces + feedback + rows === 0 && !hadKey) return `Nothing is kept of ${user}`;
    const found = `${plural(traces, 'answers')} and ${plural(feedback, 'pieces of feedback')} deleted`;
    const key = hadKey ? 'their key is destroyed: no copy of their texts can be read' : 'no text of theirs was kept';
    const trained =
      models.length === 0
        ? ''
        : `\n${plural(rows, 'rows')} of data sets deleted; ${models.join(', ')} learned from rows of theirs: train them again without`;
    return `${user}: ${found}; ${key}${trained}`;
  },
});
