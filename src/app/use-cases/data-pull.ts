import { formatBytes } from '../../base/format.ts';
import type { Pulled } from '../../store/hub/index.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'fetch a data set from the Hugging Face hub',
  arguments: ({ argument }) => [argument('name', 'NAME', 'owner/name, or owner/name@revision')],
  effects: ['fetches', 'writes-files'],
  examples: ['data pull stanfordnlp/imdb'],
  stopping: 'stopping; downloaded files are kept, and the next run continues',
  async run({ name }, { onEvent, signal }): Promise<Pulled> {
    const { pullDataset } = await import('../pull.ts');
    return pullDataset(name, { emit: onEvent, signal });
  },
  render({ repository, commit, folder, bytes, fetchedBytes }) {
    const fetched = fetchedBytes === 0 ? 'already there' : `fetched ${formatBytes(fetchedBytes)}`;
    return `${repository.name} (${commit.slice(0, 12)}), ${formatBytes(bytes)}: ${fetched}\n${folder}`;
  },
});
