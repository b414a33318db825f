import { formatBytes, formatCount, plural } from '../../../base/format.ts';
import { usualObjective } from '../../usual-objective.ts';
import { shortPath } from '../../terminal/short-path.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { ModelCreation } from '../models-create.ts';

export function describeCreation(created: ModelCreation, { colours }: Terminal): string {
  const { folder, modelType, className, items, cold, rows, cut, parameters, bytes, data, ...known } = created;
  const objective = usualObjective('items', [className])!.name;
  return [
    `${colours.green('✓')} ${shortPath(folder)}: ${modelType}, ${plural(parameters, 'parameters')}, ${formatBytes(bytes)}`,
    `  ${plural(items, 'items')} from ${formatCount(rows)} rows${cold > 0 ? `, ${formatCount(cold)} of them not chosen yet` : ''}`,
    ...knownFeatures(known),
    ...(cut > 0 ? [colours.yellow(`! ${plural(cut, 'texts')} are cut: the encoder only reads the beginning`)] : []),
    `  attune init ${data} --model ${shortPath(folder)}  writes a recipe, if there is none`,
    `  attune train RECIPE --model ${shortPath(folder)} --objective ${objective} --tuning full`,
  ].join('\n');
}

/** "  of items: 1,204 words, 13 values; of users: 4 features". */
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
