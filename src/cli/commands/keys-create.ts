import { defineCommand } from '../command.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'make a key for clients of `attune serve`',
  arguments: [{ name: 'NAME', summary: 'whose key it is', required: true }],
  options: [
    { name: '--file', value: 'FILE', summary: "the file of keys, which keeps the key's hash only", required: true },
    {
      name: '--model',
      value: 'NAME',
      many: true,
      summary: 'model that it may use (all); may be repeated',
    },
    { name: '--admin', summary: 'may load and unload adapters, and read metrics' },
  ],
  examples: ['keys create website --file keys.yaml --model tickets'],
  async run(context) {
    const file = context.option('--file')!;
    const { createApiKey } = await import('../../app/serve/create-api-key.ts');
    const models = context.all('--model');
    return createApiKey({
      file,
      name: context.argument('NAME')!,
      models: models.length > 0 ? models : undefined,
      admin: context.has('--admin'),
    });
  },
  render: ({ key }, { colours }) => `${key}\n${colours.dim('Nobody can show it again: keep it now.')}`,
});
