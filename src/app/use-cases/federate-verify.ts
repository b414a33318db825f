import type { Verified } from '../federate/check-records.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Train',
  summary: "check that a federation's records are unchanged and that both sides agree",
  arguments: ({ argument, optionalArgument }) => [
    argument('folder', 'FOLDER', 'folder of a coordinator or of a site'),
    optionalArgument('other', 'OTHER', 'folder of the other side'),
  ],
  effects: [],
  examples: ['federate verify federations/tickets federations/site'],
  async run({ folder, other }): Promise<Verified> {
    return (await import('../federate/check-records.ts')).verifyFederation(folder, other);
  },
  render: ({ records, events }) =>
    `✓ ${records} records, unchanged${events === undefined ? '' : `; ${events} of them agree on both sides`}`,
});
