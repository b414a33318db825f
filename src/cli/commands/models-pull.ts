import { formatBytes } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'fetch a model from the Hugging Face hub',
  arguments: [{ name: 'MODEL', summary: 'owner/name, or owner/name@revision', required: true }],
  examples: ['models pull HuggingFaceTB/SmolLM2-135M-Instruct'],
  async run(context) {
    const { pullModel } = await import('../../app/pull.ts');
    const signal = context.stopSignal('stopping; what was fetched stays, and the next time it goes on from there');
    return withProgress(context, (emit) => pullModel(context.argument('MODEL')!, { emit, signal }));
  },
  render({ repository, commit, folder, bytes, fetchedBytes }) {
    const fetched = fetchedBytes === 0 ? 'was there already' : `fetched ${formatBytes(fetchedBytes)}`;
    return `${repository.name} (${commit.slice(0, 12)}), ${formatBytes(bytes)}: ${fetched}\n${folder}`;
  },
});
