import { formatBytes } from '../../base/format.ts';
import type { Pulled } from '../../store/hub/index.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'fetch a model from the Hugging Face hub',
  arguments: ({ argument }) => [argument('model', 'MODEL', 'owner/name, or owner/name@revision')],
  effects: ['fetches'],
  examples: ['models pull HuggingFaceTB/SmolLM2-135M-Instruct'],
  stopping: 'stopping; what was fetched stays, and the next time it goes on from there',
  async run({ model }, call): Promise<Pulled> {
    const { pullModel } = await import('../pull.ts');
    return pullModel(model, call);
  },
  render({ repository, commit, folder, bytes, fetchedBytes }) {
    const fetched = fetchedBytes === 0 ? 'was there already' : `fetched ${formatBytes(fetchedBytes)}`;
    return `${repository.name} (${commit.slice(0, 12)}), ${formatBytes(bytes)}: ${fetched}\n${folder}`;
  },
});
