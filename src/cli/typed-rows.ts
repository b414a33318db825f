import { AttuneError } from '../base/errors.ts';
import type { CommandContext, CommandOption } from './command.ts';

/** Rows of one's own, typed on the command line: a text, and the class or answer that is right for it. */
export const typedOptions: readonly CommandOption[] = [
  { name: '--text', value: 'TEXT', many: true, summary: 'a row of your own, in place of a file; may be repeated' },
  { name: '--label', value: 'LABEL', many: true, summary: 'the right class of each --text, in their order' },
  { name: '--answer', value: 'ANSWER', many: true, summary: 'or the right answer of each --text' },
];

interface TypedRows {
  data: Record<string, string>[];
  format: string;
  columns: Record<string, string>;
}

/** Undefined where none were typed. @throws AttuneError E_USAGE */
export function typedRows(context: CommandContext): TypedRows | undefined {
  const [texts, labels, answers] = ['--text', '--label', '--answer'].map((name) => context.all(name));
  if (texts.length + labels.length + answers.length === 0) return undefined;
  const clash = ['--data', '--format', '--columns', '--split'].find((name) => context.option(name) !== undefined);
  const right = labels.length > 0 ? labels : answers;
  if (clash !== undefined || right.length !== texts.length || labels.length * answers.length > 0)
    throw new AttuneError('E_USAGE', {
      what: clash === undefined ? 'Typed rows need one right answer each' : `Typed rows go without ${clash}`,
      got: `${texts.length} --text, ${labels.length} --label, ${answers.length} --answer`,
      expected: '--text "…" --label CLASS, or --text "…" --answer "…", as often as there are rows',
    });
  const [format, text, answer] =
    labels.length > 0 ? ['classification', 'text', 'label'] : ['prompt_completion', 'prompt', 'completion'];
  const data = texts.map((value, i) => ({ [text]: value, [answer]: right[i] }));
  return { data, format, columns: { [text]: text, [answer]: answer } };
}
