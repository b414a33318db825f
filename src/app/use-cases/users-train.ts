import { plural } from '../../base/format.ts';
import { withProgress } from '../terminal/with-progress.ts';
import type { Decision } from '../improve/improvement-decisions.ts';
import type { TrainedUser, TrainedUsers } from '../users/user-models.ts';
import { userLine } from './text/users.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: "train users' own models from their corrections and conversations, as far as possible now",
  arguments: ({ argument }) => [argument('file', 'FILE', 'as in `attune improve run`, with users: {rows, most, …}')],
  options: ({ texts, inMemory }) => ({
    user: texts('USER', 'only this user, as in requests; can be repeated (all who gave feedback)'),
    onUser: inMemory<(user: TrainedUser) => void>('receives every user who is done'),
    onDecision: inMemory<(decision: Decision) => void>('receives every decision'),
  }),
  effects: ['computes', 'writes-runs', 'writes-registry', 'writes-files', 'deploys'],
  examples: ['users train support.yaml', 'users train support.yaml --user customer-4711'],
  async run({ file, ...options }, call): Promise<TrainedUsers> {
    const { trainUsers } = await import('../users/train-users.ts');
    return trainUsers(file, { ...options, ...call });
  },
  async inTerminal({ file, ...options }, console): Promise<TrainedUsers> {
    const { trainUsers } = await import('../users/train-users.ts');
    const signal = console.stopSignal('stopping; the next run continues');
    const { log } = console;
    const onUser = (user: TrainedUser): void => log.line(userLine(user, log.colours));
    return withProgress(console, (onEvent) => trainUsers(file, { ...options, onUser, onEvent, signal }));
  },
  render({ model, version, users }) {
    const promoted = users.filter(({ state }) => state === 'promoted').length;
    return `${plural(users.length, 'users')} of ${model}@${version}, ${promoted} answered by a model of their own`;
  },
});
