// R rows, C classes
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { ClassificationExample, MultiLabelExample, RegressionExample } from '../../data/example.ts';
import { fromArray, type Tensor } from '../../engine/tensor/index.ts';
import type { Batch, Prepared, PreparedRow, ValuesRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { Processor } from '../objective.ts';
import { rowInputs } from '../../answering/tasks/rows/row-inputs.ts';

type LabelledExample = ClassificationExample | MultiLabelExample | RegressionExample;

/** A row with the index of its class. */
export interface LabelledRow extends PreparedRow {
  label: number;
}

/** Tokenises labelled texts, or loads files; `labelOf` may return a problem. */
export async function prepareLabelled<Labelled extends LabelledExample, Label extends object>(
  labelled: readonly Labelled[],
  labelOf: (example: Labelled) => Label | Omit<Problem, 'file' | 'line'>,
  processor: Processor,
): Promise<Prepared<PreparedRow & Label>> {
  const problems: Problem[] = [];
  const inputs = await rowInputs(labelled, processor);
  const rows = labelled.map((example, i) => {
    const { id, source } = example;
    const label = labelOf(example);
    const input = inputs[i];
    if ('message' in input) problems.push(input);
    if ('message' in label) problems.push({ ...source, ...label });
    return 'message' in input || 'message' in label ? undefined : { id, ...input, ...label, source };
  });
  return { rows, problems };
}

/** Problem for a label that the head lacks. */
export function unknownLabel(label: string, field: string, known: readonly string[]): Omit<Problem, 'file' | 'line'> {
  return {
    field,
    message: `"${label}" is not among the trained labels: ${someOf(known)}`,
    fix: 'list every label of all splits in objective.labels',
  };
}

/** Each row's `values`, in the scores' type and on their device: [R, C] */
export function valuesOf({ rows }: Batch<ValuesRow>, scores: Tensor): Tensor {
  const all = Float64Array.from(rows.flatMap(({ values }) => values));
  return fromArray(all).reshape(rows.length, -1).to(scores.dtype).toDevice(scores.device);
}

/** Class weights in the classes' order; `balanced` derives them from the rows. */
export function weightsOf(
  wanted: 'balanced' | Readonly<Record<string, number>> | null | undefined,
  labels: readonly string[],
  balanced: () => readonly number[],
): readonly number[] | undefined {
  if (wanted === null || wanted === undefined) return undefined;
  if (wanted === 'balanced') return balanced();
  const unknown = Object.keys(wanted).filter((label) => !labels.includes(label));
  if (unknown.length === 0) return labels.map((label) => (Object.hasOwn(wanted, label) ? wanted[label] : 1));
  throw new AttuneError('E_CLASS_WEIGHTS', {
    what: 'objective.class_weights names labels that no row has',
    got: unknown.join(', '),
    expected: labels.join(', '),
  });
}

const SHOWN = 12;

/** A free-text column may have a thousand labels. */
function someOf(labels: readonly string[]): string {
  const more = labels.length - SHOWN;
  return more > 0 ? `${labels.slice(0, SHOWN).join(', ')} and ${more} more` : labels.join(', ');
}
