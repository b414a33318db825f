import type { Example } from '../../data/example.ts';
import { answerText } from '../prompt-text.ts';
import type { Prediction } from '../predictor.ts';
import { compared } from './compared.ts';
import { type Metric, type MetricDefinition, missingInput } from './metric.ts';
import { sumsMetric } from './row-sums.ts';

interface Entity {
  type: string;
  /** Indices of the first and last word. */
  start: number;
  end: number;
}

interface Counts {
  right: number;
  found: number;
  wanted: number;
}

/**
 * Entity spans marked by tags in BIO, BIOES or IOE, also if malformed, as found by seqeval's get_entities in its
 * default mode: a change of type ends one span and begins another, with or without B.
 */
export function entitiesOf(tags: readonly string[]): Entity[] {
  const found: Entity[] = [];
  let [place, type] = ['O', ''];
  let start = 0;
  for (let word = 0; word <= tags.length; word++) {
    const [next, nextType] = partsOf(tags[word] ?? 'O');
    if (endsBetween([place, type], [next, nextType])) found.push({ type, start, end: word - 1 });
    if (startsBetween([place, type], [next, nextType])) start = word;
    [place, type] = [next, nextType];
  }
  return found;
}

type Parts = [place: string, type: string];

function partsOf(tag: string): Parts {
  return [tag.slice(0, 1), tag.slice(1).replace(/^-/, '') || '_'];
}

function endsBetween([place, type]: Parts, [next, nextType]: Parts): boolean {
  if (place === 'O') return false;
  if (place === 'E' || place === 'S') return true;
  return ['B', 'S', 'O'].includes(next) || type !== nextType;
}

function startsBetween([place, type]: Parts, [next, nextType]: Parts): boolean {
  if (next === 'O') return false;
  if (next === 'B' || next === 'S') return true;
  return ['E', 'S', 'O'].includes(place) || type !== nextType;
}

/** Parses tags separated by spaces, one per word. */
function tagsIn(text: string): string[] {
  return text.split(/\s+/).filter((tag) => tag !== '');
}

/** Expected and predicted tags, one for each word. @throws AttuneError E_METRIC_INPUT if their numbers differ */
export function comparedTags(prediction: Prediction, example: Example): { wanted: string[]; found: string[] } {
  const wanted = tagsIn(answerText(example));
  const found = tagsIn(compared(prediction, example).predicted);
  if (wanted.length === found.length) return { wanted, found };
  throw missingInput(prediction, 'a tag for each word', `${found.length} tags for ${wanted.length} words`, {
    fix: 'use it with a token classification model, or a baseline for tagged rows',
  });
}

/** Right, predicted and expected spans over all rows, broken down by type in the details. */
function entityMetric(value: (counts: Counts) => number): Metric {
  const types = new Map<string, Counts>();
  return sumsMetric({
    width: 3,
    row(prediction, example, sums) {
      const tags = comparedTags(prediction, example);
      const [wanted, found] = [entitiesOf(tags.wanted), entitiesOf(tags.found)];
      const keys = new Set(wanted.map(keyOf));
      for (const entity of wanted) count(types, entity.type, 'wanted');
      for (const entity of found) {
        count(types, entity.type, 'found');
        if (keys.has(keyOf(entity))) count(types, entity.type, 'right');
      }
      sums.set([found.filter((entity) => keys.has(keyOf(entity))).length, found.length, wanted.length]);
      // A row without entities and without predictions is right.
      return wanted.length + found.length === 0 ? 1 : value(named(sums));
    },
    value: (sums) => value(named(sums)),
    details: () => ({ classes: Object.fromEntries([...types].toSorted().map(([type, one]) => [type, scoresOf(one)])) }),
  });
}

function named([right, found, wanted]: Float64Array): Counts {
  return { right, found, wanted };
}

function keyOf({ type, start, end }: Entity): string {
  return `${start} ${end} ${type}`;
}

function count(types: Map<string, Counts>, type: string, what: keyof Counts): void {
  const counts = types.get(type) ?? { right: 0, found: 0, wanted: 0 };
  counts[what]++;
  types.set(type, counts);
}

function scoresOf(counts: Counts) {
  const { found: chosen, wanted: rows } = counts;
  return { precision: precisionOf(counts), recall: recallOf(counts), f1: f1Of(counts), rows, chosen };
}

const precisionOf = ({ right, found }: Counts) => (found === 0 ? 0 : right / found);
const recallOf = ({ right, wanted }: Counts) => (wanted === 0 ? 0 : right / wanted);
const f1Of = ({ right, found, wanted }: Counts) => (found + wanted === 0 ? 0 : (2 * right) / (found + wanted));

const shared = { better: 'higher', best: 1, reads: 'tags', options: [] } as const;

/** F1 of whole entities with their type, over all rows (seqeval's micro average); per type in the details. */
export const entityF1: MetricDefinition = {
  ...shared,
  name: 'entity_f1',
  title: 'entity F1',
  create: () => entityMetric(f1Of),
};

/** Share of the predicted entities that are right in position and type. */
export const entityPrecision: MetricDefinition = {
  ...shared,
  name: 'entity_precision',
  title: 'entity precision',
  create: () => entityMetric(precisionOf),
};

/** Share of the true entities that are found with position and type. */
export const entityRecall: MetricDefinition = {
  ...shared,
  name: 'entity_recall',
  title: 'entity recall',
  create: () => entityMetric(recallOf),
};

/** Share of words with the right tag. */
export const tagAccuracy: MetricDefinition = {
  ...shared,
  name: 'tag_accuracy',
  title: 'tag accuracy',
  create: () =>
    sumsMetric({
      width: 2,
      row(prediction, example, sums) {
        const { wanted, found } = comparedTags(prediction, example);
        const right = wanted.filter((tag, word) => tag === found[word]).length;
        sums.set([right, wanted.length]);
        return wanted.length === 0 ? 1 : right / wanted.length;
      },
      value: ([right, words]) => (words === 0 ? 1 : right / words),
    }),
};
