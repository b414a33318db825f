import { AttuneError } from '../base/errors.ts';
import type { RawConfig } from './raw-config.ts';
import { problemTypes, type ProblemType } from './heads/head.ts';

/** Class names in a checkpoint's configuration, in classifier order; undefined if they are placeholders (LABEL_0). */
export function namedLabels(raw: RawConfig): string[] | undefined {
  const labels = labelsOf(raw);
  return labels.every((label, i) => label === `LABEL_${i}`) ? undefined : labels;
}

/** Whether a checkpoint's classifier fits these classes: the same number, and no other names. */
export function isClassifierOf(labels: readonly string[], raw: RawConfig): boolean {
  const named = namedLabels(raw);
  return labelsOf(raw).length === labels.length && (named ?? labels).every((label, i) => label === labels[i]);
}

/** Class names of a configuration; two unnamed classes if it has none, as in HF PretrainedConfig. */
export function labelsOf(raw: RawConfig): string[] {
  const table = raw.id2label;
  if (typeof table === 'object' && table !== null) return Object.values(table as Record<string, string>);
  const count = typeof raw.num_labels === 'number' ? raw.num_labels : 2;
  return Array.from({ length: count }, (_, i) => `LABEL_${i}`);
}

/** Configuration keys for class names. */
export function labelConfig(labels: readonly string[]): Record<string, unknown> {
  return {
    id2label: Object.fromEntries(labels.map((label, i) => [String(i), label])),
    label2id: Object.fromEntries(labels.map((label, i) => [label, i])),
    num_labels: undefined,
  };
}

/** Meaning of a classifier's scores; by default, as in HF, a single score is a number and several are classes. */
export function problemTypeOf(raw: RawConfig, labels: readonly string[]): ProblemType {
  const stated = raw.problem_type ?? undefined;
  if (stated === undefined) return labels.length === 1 ? 'regression' : 'single_label_classification';
  const known = problemTypes.find((type) => type === stated);
  if (known !== undefined) return known;
  throw new AttuneError('E_CONFIG_BAD', {
    what: `config.json of this ${String(raw.model_type)} model has an unknown problem_type`,
    got: JSON.stringify(stated),
    expected: problemTypes.join(', '),
  });
}
