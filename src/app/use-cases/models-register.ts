import type { ModelVersion } from '../../store/registry/index.ts';
import { shortPath } from '../terminal/short-path.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: "register a run's result as the next version of a model",
  arguments: ({ argument }) => [
    argument('name', 'NAME', 'the name that clients use'),
    argument('target', 'RUN', 'folder of a run, an adapter or a model'),
  ],
  options: ({ inMemory }) => ({
    owner: inMemory<string>("API key that owns the model (this machine's user)"),
    run: inMemory<string>("run that produced the target, if the target is not that run's folder"),
    by: inMemory<string>('actor for the audit log (the user of this machine)'),
  }),
  effects: ['writes-registry'],
  examples: ['models register tickets runs/tickets'],
  async run({ name, target, ...options }): Promise<ModelVersion> {
    const { registerModel } = await import('../registry/register.ts');
    return registerModel(name, target, options);
  },
  render: ({ model, version, folder, verdict }, { colours }) =>
    [
      `${colours.green('✓')} ${model}@${version}: ${shortPath(folder)}${verdict === undefined ? '' : `, ${verdict}`}`,
      `  attune models promote ${model} ${version}  makes it the champion of ${model}`,
    ].join('\n'),
});
