import { ownForm, type Example } from '../../data/kinds/index.ts';
import { answerForm } from '../../scoring/answer-form.ts';

/**
 * Instruction derived from the form of the training answers, for rows whose subject is unknown. Rows with their own
 * instruction keep it as well.
 */
export function describeTask(train: readonly Example[]): string {
  const form = answerForm(train);
  switch (form.kind) {
    case 'classes':
      return `Choose the answer for the input. It is exactly one of these: ${form.classes.join(', ')}. Write nothing else.`;
    case 'labels':
      return `Give every label that fits the input, separated by commas. The labels are: ${form.labels.join(', ')}. Write nothing else.`;
    case 'json':
      return `Answer with one JSON object with these fields and nothing else: ${form.fields.join(', ')}.`;
    case 'short':
      return `Answer in at most ${form.words} ${form.words === 1 ? 'word' : 'words'}, without explanation.`;
    case 'long':
      return `Answer in about ${form.words} words, without remarks of your own.`;
    case 'text':
      return '';
    default:
      return ownForm(form.kind)?.instruction ?? '';
  }
}
