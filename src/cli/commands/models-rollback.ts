import { defineCommand } from '../command.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'take a version out of use that is tried, or else go back to the champion before',
  arguments: [{ name: 'NAME', summary: 'a registered model', required: true }],
  options: [{ name: '--reason', value: 'TEXT', summary: 'why; it is kept' }],
  examples: ['models rollback tickets --reason "answers in English"'],
  async run(context) {
    const { rollbackModel } = await import('../../app/registry/rollback.ts');
    return rollbackModel(context.argument('NAME')!, { reason: context.option('--reason') });
  },
  render: ({ model, version, from }, { colours }) =>
    `${colours.green('✓')} ${model} answers with ${model}@${version}, no longer ${model}@${from}`,
});
