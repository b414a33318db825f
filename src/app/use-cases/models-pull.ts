import { formatBytes } from '../../base/format.ts';
import type { Pulled } from '../../store/hub/index.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'fetch a model from the Hugging Face hub',
  arguments: ({ argument }) => [argument('model', 'MODEL', 'owner/name, or owner/name@revision')],
  effects: ['fetches'],
  examples: ['models pull HuggingFaceTB/SmolLM2-135M-Instruct'],
  stopping: 'stopping; downloaded files are kept, and the next run continues',
  async run({ model }, call): Promise<Pulled> {
    const { pullModel } = await import('../pull.ts');
    return pullModel(model, call);
  },
  render({ repository, commit, folder, bytes, fetchedBytes }) {
    const fetched = fetchedBytes === 0 ? 'already there' : `fetched ${formatBytes(fetchedBytes)}`;
    return `${repository.name} (${commit.slice(0, 12)}), ${formatBytes(bytes)}: ${fetched}\n${folder}`;
  },
});
