import { plural } from '../../base/format.ts';
import { withoutCredentials } from '../../base/secrets.ts';
import type { UserErasure } from '../monitor/erase-everywhere.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'erase a user of served models: their answers, feedback and encryption key',
  arguments: ({ argument }) => [argument('user', 'USER', 'the user, as in requests')],
  effects: ['deletes'],
  examples: ['users erase customer-4711'],
  async run({ user }): Promise<UserErasure> {
    const { eraseUser } = await import('../monitor/erase-everywhere.ts');
    return eraseUser(user);
  },
  render({ user: given, traces, feedback, hadKey, rows, models }) {
    const user = withoutCredentials(given);
    if (traces + feedback + rows === 0 && !hadKey) return `Nothing is stored about ${user}`;
    const found = `${plural(traces, 'answers')} and ${plural(feedback, 'pieces of feedback')} deleted`;
    const key = hadKey
      ? 'their key is destroyed: no copy of their texts can be decrypted'
      : 'no text of theirs was stored';
    const trained =
      models.length === 0
        ? ''
        : `\n${plural(rows, 'rows')} of data sets deleted; ${models.join(', ')} were trained on their rows: ` +
          'train them again without';
    return `${user}: ${found}; ${key}${trained}`;
  },
});
