/** Pairs and choices as Label Studio tasks with the Pairwise tag: left, right. */
import type { HumanLabel } from '../../../scoring/judges/human-labels.ts';
import type { AnswerPair } from '../../../scoring/judges/answer-pairs.ts';
import { sideOf, type Exchange, type ImportedLabel } from './exchange.ts';

/** Labelling configuration of the project; its names match those of the results below. */
const LABELLING = `<View>
  <Text name="prompt" value="$prompt" />
  <Pairwise name="preferred" toName="left,right" />
  <Text name="left" value="$left" />
  <Text name="right" value="$right" />
</View>
`;

export const labelStudio: Exchange = {
  isList: true,
  settings: { ending: '.labelling.xml', text: LABELLING },
  write(pairs, labels) {
    return pairs.map((pair) => ({
      data: { id: pair.id, prompt: pair.prompt, ...sidesOf(pair), order: sideOf(pair) },
      annotations: labels.filter(({ id }) => id === pair.id).map((label) => annotationOf(pair, label)),
    }));
  },
  read(task, pairs) {
    const data = (task.data ?? {}) as Record<string, unknown>;
    const pair = pairs.get(String(data.id));
    if (pair === undefined) return 'its data.id does not match any pair';
    const { annotations = [] } = task;
    if (!Array.isArray(annotations)) return 'its annotations are not a list';
    const found: ImportedLabel[] = [];
    for (const annotation of annotations as Record<string, unknown>[]) {
      if (annotation?.was_cancelled === true) continue;
      const choice = choiceOf(annotation?.result);
      if (choice === undefined) return 'an annotation must be left, right, tie or neither';
      found.push({ pair, choice, reviewer: reviewerOf(annotation.completed_by) });
    }
    return found;
  },
};

function sidesOf(pair: AnswerPair): { left: string; right: string } {
  return sideOf(pair) === 'ab' ? { left: pair.a, right: pair.b } : { left: pair.b, right: pair.a };
}

function annotationOf(pair: AnswerPair, { choice, reviewer }: HumanLabel): object {
  const names = { from_name: 'preferred', to_name: 'left,right' };
  if (choice !== 'a' && choice !== 'b') {
    return { completed_by: reviewer, result: [{ ...names, type: 'choices', value: { choices: [choice] } }] };
  }
  const selected = (choice === 'a') === (sideOf(pair) === 'ab') ? 'left' : 'right';
  return { completed_by: reviewer, result: [{ ...names, type: 'pairwise', value: { selected } }] };
}

function choiceOf(result: unknown): ImportedLabel['choice'] | undefined {
  const values = (Array.isArray(result) ? result : []).map((one) => (one as { value?: unknown })?.value);
  for (const value of values as ({ selected?: unknown; choices?: unknown } | undefined)[]) {
    const said = value?.selected ?? (Array.isArray(value?.choices) ? value.choices[0] : undefined);
    if (said === 'left') return 'first';
    if (said === 'right') return 'second';
    if (said === 'tie' || said === 'neither') return said;
  }
  return undefined;
}

function reviewerOf(by: unknown): string {
  const email = (by as { email?: unknown } | null)?.email;
  return String(email ?? by ?? 'label-studio');
}
