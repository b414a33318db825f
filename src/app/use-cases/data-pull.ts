import { formatBytes, plural } from '../../base/format.ts';
import type { Pulled } from '../../store/hub/index.ts';
import { defineUseCase, resultType } from './use-case.ts';

export interface PulledObjects {
  folder: string;
  files: number;
  bytes: number;
}

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'fetch a data set from the Hugging Face hub, or files from a bucket',
  arguments: ({ argument }) => [argument('name', 'NAME', 'owner/name, owner/name@revision, or s3://BUCKET/PREFIX')],
  options: (fields) => ({ output: fields.text('FOLDER', 'for a bucket: the folder to write; required') }),
  resultWith: { output: resultType<PulledObjects>() },
  effects: ['fetches', 'writes-files'],
  examples: ['data pull stanfordnlp/imdb', 'data pull s3://bucket/tickets --output tickets'],
  stopping: 'stopping; downloaded files are kept, and the next run continues',
  async run({ name, output }, { onEvent, signal }): Promise<Pulled | PulledObjects> {
    const { pullDataset, pullObjects } = await import('../pull.ts');
    const request = { emit: onEvent, signal };
    return output === undefined ? pullDataset(name, request) : pullObjects(name, output, request);
  },
  render(pulled) {
    if (!('repository' in pulled))
      return `${plural(pulled.files, 'files')}, ${formatBytes(pulled.bytes)}\n${pulled.folder}`;
    const { repository, commit, folder, bytes, fetchedBytes } = pulled;
    const fetched = fetchedBytes === 0 ? 'already there' : `fetched ${formatBytes(fetchedBytes)}`;
    return `${repository.name} (${commit.slice(0, 12)}), ${formatBytes(bytes)}: ${fetched}\n${folder}`;
  },
});
