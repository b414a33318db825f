import { formatBytes, formatCount, plural } from '../../base/format.ts';
import type { ModelCreation } from '../../app/create-model.ts';
import { objectiveOfClasses, usualObjectives } from '../../app/usual-objective.ts';
import { columnsOption } from '../columns-option.ts';
import { defineCommand } from '../command.ts';
import { shortPath } from '../../terminal/short-path.ts';
import { withProgress } from '../../terminal/with-progress.ts';

export const command = defineCommand({
  section: 'Use',
  summary: 'make a model with new weights for your own items, to be trained whole',
  arguments: [
    {
      name: 'TYPE',
      summary:
        'sasrec: what somebody chooses next, by the order of what was before; two_tower: by features too; bpr_mf: a vector for each user and item',
      required: true,
    },
  ],
  options: [
    {
      name: '--data',
      value: 'PATH',
      required: true,
      summary: 'rows of user and item (and timestamp), or of items as a list',
    },
    { name: '--format', value: 'NAME', summary: 'row format, where it is not recognised' },
    { name: '--columns', value: '{FIELD: COLUMN}', summary: "the format's field → your column" },
    {
      name: '--items',
      value: 'FILE',
      summary: 'two_tower: what is known of items, as rows of item, text and features',
    },
    {
      name: '--text-encoder',
      value: 'MODEL',
      summary: "two_tower: reads the items' texts; their words count without it",
    },
    {
      name: '--tune-text-encoder',
      summary: 'two_tower: the text encoder becomes a part of the model, and is tuned with it',
    },
    { name: '--output', aliases: ['--to'], value: 'FOLDER', required: true, summary: 'the folder to write' },
    { name: '--width', value: 'N', summary: "width of the items' vectors (64)" },
    { name: '--blocks', value: 'N', summary: 'blocks of attention, or of each tower (2)' },
    { name: '--heads', value: 'N', summary: 'sasrec: heads of each block (1)' },
    {
      name: '--max-positions',
      value: 'N',
      summary: 'longest history plus one for its start (that of the data, up to 201)',
    },
    { name: '--seed', value: 'N', summary: 'seed of the weights (42)' },
  ],
  examples: [
    'models create sasrec --data interactions.csv --output recommender',
    'models create two_tower --data interactions.csv --items catalogue.jsonl --output recommender',
  ],
  async run(context) {
    const { createNewModel } = await import('../../app/create-model.ts');
    const [data, folder] = ['--data', '--output'].map((name) => context.option(name)!);
    const columns = await columnsOption(context);
    const signal = context.stopSignal('stopping');
    const created = await withProgress(context, (onEvent) =>
      createNewModel(context.argument('TYPE')!, {
        data,
        folder,
        format: context.option('--format'),
        columns,
        items: context.option('--items'),
        textEncoder: context.option('--text-encoder'),
        tunesEncoder: context.has('--tune-text-encoder'),
        width: context.count('--width'),
        blocks: context.count('--blocks'),
        heads: context.count('--heads'),
        maxPositions: context.count('--max-positions'),
        seed: context.count('--seed'),
        onEvent,
        signal,
      }),
    );
    return { ...created, data };
  },
  render: (
    { folder, modelType, className, items, cold, rows, cut, parameters, bytes, data, ...known },
    { colours },
  ) => {
    const objective = (objectiveOfClasses('items', [className]) ?? usualObjectives.items!).name;
    return [
      `${colours.green('✓')} ${shortPath(folder)}: ${modelType}, ${plural(parameters, 'parameters')}, ${formatBytes(bytes)}`,
      `  ${plural(items, 'items')} of ${formatCount(rows)} rows${cold > 0 ? `, ${formatCount(cold)} of them chosen by nobody yet` : ''}`,
      ...knownFeatures(known),
      ...(cut > 0
        ? [colours.yellow(`! of ${plural(cut, 'texts')} only the beginning is read: the encoder reads no more`)]
        : []),
      `  attune init ${data} --model ${shortPath(folder)}  writes a recipe, where there is none`,
      `  attune train RECIPE --model ${shortPath(folder)} --objective ${objective} --tuning full`,
    ].join('\n');
  },
});

/** "  of items: 1,204 words, 13 values; of users: 4 features" */
function knownFeatures({
  itemFeatures,
  users,
  userFeatures,
}: Pick<ModelCreation, 'itemFeatures' | 'users' | 'userFeatures'>): string[] {
  const { words = 0, tags = 0, numbers = 0, textWidth = 0 } = itemFeatures ?? {};
  const counted = [
    [words, 'words'],
    [tags, 'values'],
    [numbers, 'numbers'],
  ] as const;
  const ofItems = [
    ...counted.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`),
    ...(textWidth > 0 ? [`texts as vectors of ${textWidth}`] : []),
  ];
  const parts = [
    ...(ofItems.length > 0 ? [`of items: ${ofItems.join(', ')}`] : []),
    ...(users > 0 ? [`${plural(users, 'users')} with a vector of their own`] : []),
    ...(userFeatures > 0 ? [`of users: ${formatCount(userFeatures)} features`] : []),
  ];
  return parts.length === 0 ? [] : [`  ${parts.join('; ')}`];
}
