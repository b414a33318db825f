import { AttuneError } from '../../base/errors.ts';
import { kindOf, type Example } from '../../data/kinds/index.ts';
import { verdictText } from '../../data/kinds/stepwise.ts';
import { labelsIn, rowLabels } from '../../scoring/prompt-text.ts';
import type { RawConfig } from '../../models/raw-config.ts';
import { namedLabels } from '../../models/labels.ts';
import type { LabelStatistics } from '../../training/objective.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';

/** Hugging Face's name for a regression head's single output. */
const NUMBER = 'LABEL_0';

/**
 * Class names of a data set: the recipe's, or those of the training rows. The latter are in the order of the base
 * model's classifier if it has exactly these classes, so that its head can be reused; otherwise sorted. @throws
 * AttuneError E_ONE_CLASS, E_NO_LABELS if there are fewer than two
 */
export function labelsOf(recipe: Recipe, train: readonly Example[], base: RawConfig): string[] {
  if (train[0]?.kind === 'regression' || recipe.objective.name === 'reward') return [NUMBER];
  if (train[0]?.kind === 'stepwise') return stepClasses(base);
  // One score for each option, at the token before it.
  if (train[0]?.kind === 'decision') return ['option'];
  const given = 'labels' in recipe.objective ? recipe.objective.labels : null;
  if (given !== null) return given;
  const found = labelsIn(train);
  refuseOne(found, train);
  const known = namedLabels(base);
  return known?.toSorted().join('\n') === found.toSorted().join('\n') ? known : found;
}

/** Classes of a step, wrong before right as in TRL; a base model with two classes keeps their names. */
function stepClasses(base: RawConfig): string[] {
  const known = namedLabels(base);
  return known?.length === 2 ? [...known] : [verdictText(0), verdictText(1)];
}

function refuseOne(found: readonly string[], train: readonly Example[]): void {
  const type = train.length === 0 ? undefined : kindOf(train[0]).label?.type;
  if ((type === 'class' || type === 'tags') && found.length < 2) {
    throw new AttuneError('E_ONE_CLASS', {
      what: 'All training rows have the same label, so there is nothing to learn',
      got: found.join(', '),
      expected: 'rows of at least two classes',
      fix: 'add rows of the other classes, or list all classes in objective.labels',
    });
  }
  if (type === 'classes' && found.length === 0) {
    throw new AttuneError('E_NO_LABELS', {
      what: 'No training row has a label',
      expected: 'rows with labels: ["a", "b"]',
      fix: 'map the column with labels: columns: { labels: YOUR_COLUMN }',
    });
  }
}

/** @throws AttuneError E_ONE_VALUE if all rows have the same number */
export function labelStatistics(train: readonly Example[], labels: readonly string[]): LabelStatistics {
  const counts = labels.map(() => 0);
  const place = new Map(labels.map((label, i) => [label, i]));
  for (const example of train) {
    for (const label of rowLabels(example)) {
      const i = place.get(label);
      if (i !== undefined) counts[i]++;
    }
  }
  const unanswered = train.filter((example) => example.kind === 'question' && example.answers?.length === 0).length;
  return { rows: train.length, counts, ...moments(train), items: itemCounts(train), unanswered };
}

function itemCounts(train: readonly Example[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const example of train) {
    if (example.kind !== 'items') continue;
    for (const item of example.items) found.set(item, (found.get(item) ?? 0) + 1);
  }
  return found;
}

function moments(train: readonly Example[]): { mean: number; deviation: number } {
  const values = train.flatMap((example) => (example.kind === 'regression' ? [example.value] : []));
  if (values.length === 0) return { mean: 0, deviation: 1 };
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0));
  if (deviation > 0) return { mean, deviation };
  throw new AttuneError('E_ONE_VALUE', {
    what: 'All training rows have the same number, so there is nothing to learn',
    got: String(values[0]),
    fix: 'add rows with other numbers',
  });
}
