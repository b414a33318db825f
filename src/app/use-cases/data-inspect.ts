import { withCall } from '../terminal/with-progress.ts';
import type { DataInspectionResult } from '../inspect-data.ts';
import type { RecipeFlags } from '../recipe/index.ts';
import { groupFields } from './shared/group-fields.ts';
import { defineUseCase } from './use-case.ts';

const STOPPING = 'stopping';

export const useCase = defineUseCase({
  section: 'Data',
  summary: 'show how data are read: format, labels, and rows with the trained part in colour',
  arguments: ({ argument }) => [argument('path', 'PATH', 'a recipe, or data: a file, folder or glob')],
  options: (fields) => ({
    rows: fields.count('N', 'rows to show (3)'),
    ...groupFields(fields),
    flags: fields.inMemory<RecipeFlags>("settings that win over the recipe's"),
  }),
  takesRecipe: true,
  effects: [],
  examples: [
    'data inspect tickets.yaml --rows 10',
    'data inspect tickets.jsonl --model attune-base',
    'data inspect tickets.csv --columns "{text: [subject, body], label: queue}"',
  ],
  stopping: STOPPING,
  async run({ path, ...options }, call): Promise<DataInspectionResult> {
    const { inspectTrainingData } = await import('../inspect-data.ts');
    return inspectTrainingData(path, { ...options, ...call });
  },
  async inTerminal({ path, ...options }, console): Promise<DataInspectionResult> {
    const { inspectTrainingData } = await import('../inspect-data.ts');
    const specials = !console.isJson && console.out.colours.isColorSupported;
    return withCall(console, STOPPING, (call) => inspectTrainingData(path, { ...options, ...call, specials }));
  },
  async render(inspection, terminal) {
    const { describeInspection } = await import('./text/data-inspect.ts');
    return describeInspection(inspection, terminal);
  },
});
