import { formatNumber, formatTime } from '../../base/format.ts';
import type { WholeAnswer } from '../../serving/endpoints/answers.ts';
import { answerFields } from './shared/answer-fields.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'show one answer of a served model, with its question and its feedback',
  arguments: ({ argument }) => [argument('id', 'ANSWER', 'its id, from `attune answers list` or an alarm')],
  options: answerFields,
  effects: [],
  examples: ['answers show chatcmpl-4f1c'],
  async run({ id, ...source }): Promise<WholeAnswer> {
    const { showAnswer } = await import('../monitor/answers.ts');
    return showAnswer(id, source);
  },
  render(found, { colours }) {
    const { model, version, flags, label, confidence, prompt, answer, feedback } = found;
    const name = version.startsWith(`${model}@`) ? version : `${model} ${version}`;
    const head = `${colours.bold(found.id)}  ${name}, ${formatTime(found.created_at * 1000)}`;
    const about = [
      flags.length > 0 && `flags: ${flags.join(', ')}`,
      label !== null && `class ${label}`,
      confidence !== null && `confidence ${formatNumber(confidence, 2)}`,
    ].filter((one) => one !== false);
    const said = feedback.map((one) => {
      const parts = [one.score, one.label, one.correction && `should have been: ${one.correction}`, one.comment];
      return parts.filter((part) => part !== null && part !== '').join(' · ');
    });
    const isKept = prompt !== null || answer !== null;
    return [
      head,
      ...(about.length > 0 ? [colours.dim(about.join(' · '))] : []),
      ...(isKept ? [] : [colours.dim('The text is not stored: attune serve --keep text stores texts from then on')]),
      ...messagesOf(prompt).flatMap(([role, text]) => ['', colours.bold(role), text]),
      ...(answer === null ? [] : ['', colours.bold('answer'), answer]),
      ...(said.length > 0 ? ['', colours.bold('feedback'), ...said] : []),
    ].join('\n');
  },
});

/** Messages of a conversation, columns of a row, or a single question. */
function messagesOf(prompt: unknown): [string, string][] {
  if (prompt === null || prompt === undefined) return [];
  if (typeof prompt === 'string') return [['question', prompt]];
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));
  if (Array.isArray(prompt))
    return (prompt as { role?: unknown; content?: unknown }[]).map((one) => [
      text(one.role ?? 'message'),
      text(one.content ?? one),
    ]);
  return Object.entries(prompt).map(([name, value]) => [name, text(value)]);
}
