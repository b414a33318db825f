import { plural } from '../../base/format.ts';
import { withoutCredentials } from '../../base/secrets.ts';
import type { UserErasure } from '../monitor/erase-everywhere.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'erase a user: answers, feedback, key and own model; proved by a search of all files',
  arguments: ({ argument }) => [argument('user', 'USER', 'the user, as in requests')],
  effects: ['deletes'],
  examples: ['users erase customer-4711'],
  async run({ user }): Promise<UserErasure> {
    const { eraseUser } = await import('../monitor/erase-everywhere.ts');
    return eraseUser(user);
  },
  render({ user: given, traces, feedback, hadKey, rows, models, own, search, record }) {
    const user = withoutCredentials(given);
    const searched = `${plural(search.files, 'files')} searched`;
    if (traces + feedback + rows + own === 0 && !hadKey) return `Nothing is stored about ${user} (${searched})`;
    const found = `${plural(traces, 'answers')} and ${plural(feedback, 'pieces of feedback')} deleted`;
    const key = hadKey
      ? 'their key is destroyed: no copy of their texts can be decrypted'
      : 'no text of theirs was stored';
    const adapted = own === 0 ? '' : `; ${plural(own, 'versions')} of their own model deleted`;
    const trained =
      models.length === 0
        ? ''
        : `\n${plural(rows, 'rows')} of data sets deleted; ${models.join(', ')} were trained on their rows: ` +
          'train them again without';
    const left =
      search.found.length === 0
        ? `${searched}: no data of theirs is left`
        : `${searched}: these files also contain words that the user wrote, or copies of them:\n  ${search.found.join('\n  ')}`;
    return `${user}: ${found}; ${key}${adapted}${trained}\n${left}\nrecord ${record.number}, receipt ${record.receipt}`;
  },
});
