import { plural } from '../../base/format.ts';
import { defineUseCase } from './use-case.ts';

export interface PulledSafetySet {
  name: string;
  file: string;
  rows: number;
  /** Licence of the set, which binds its users. */
  licence: string;
  by: string;
  url: string;
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'fetch a published set of prompts for attune safety, and show its licence',
  arguments: ({ argument }) => [argument('name', 'NAME', 'xstest or ailuminate')],
  options: ({ text }) => ({ from: text('URL', 'a mirror, instead of https://raw.githubusercontent.com') }),
  effects: ['fetches'],
  examples: ['safety pull xstest'],
  stopping: 'stopping',
  async run({ name, ...options }, call): Promise<PulledSafetySet> {
    const { pullSafetySet } = await import('../safety/published.ts');
    return pullSafetySet(name, { ...options, ...call });
  },
  render: ({ name, rows, licence, by, file }, { colours }) =>
    [`${name}: ${plural(rows, 'prompts')} by ${by}`, `licence: ${licence}`, colours.dim(file)].join('\n'),
});
