import { defineCommand } from '../command.ts';
import { shortPath } from '../../terminal/short-path.ts';

export const command = defineCommand({
  section: 'Use',
  summary: "make a run's result the next version of a registered model",
  arguments: [
    { name: 'NAME', summary: 'the name that clients use', required: true },
    { name: 'RUN', summary: "a run's folder, an adapter's or a model's", required: true },
  ],
  examples: ['models register tickets runs/tickets'],
  async run(context) {
    const { registerModel } = await import('../../app/registry/register.ts');
    return registerModel(context.argument('NAME')!, context.argument('RUN')!);
  },
  render: ({ model, version, folder, verdict }, { colours }) =>
    [
      `${colours.green('✓')} ${model}@${version}: ${shortPath(folder)}${verdict === undefined ? '' : `, ${verdict}`}`,
      `  attune models promote ${model} ${version}  makes it what ${model} answers with`,
    ].join('\n'),
});
