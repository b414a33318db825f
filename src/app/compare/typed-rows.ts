import { AttuneError } from '../../base/errors.ts';

/** Rows typed on the command line: texts, each with its correct class or answer. */
interface Typed {
  text?: readonly string[];
  label?: readonly string[];
  answer?: readonly string[];
}

interface TypedRows {
  data: Record<string, string>[];
  format: string;
  columns: Record<string, string>;
}

/** Undefined if no rows were typed. @throws AttuneError E_USAGE */
export function typedRows(options: Typed & Record<string, unknown>): TypedRows | undefined {
  const { text: texts = [], label: labels = [], answer: answers = [] } = options;
  if (texts.length + labels.length + answers.length === 0) return undefined;
  const clash = ['data', 'format', 'columns', 'split'].find((name) => options[name] !== undefined);
  const right = labels.length > 0 ? labels : answers;
  if (clash !== undefined || right.length !== texts.length || labels.length * answers.length > 0)
    throw new AttuneError('E_USAGE', {
      what:
        clash === undefined ? 'Typed rows need one right answer each' : `Typed rows cannot be combined with --${clash}`,
      got: `${texts.length} --text, ${labels.length} --label, ${answers.length} --answer`,
      expected: '--text "…" --label CLASS, or --text "…" --answer "…", once per row',
    });
  const [format, text, answer] =
    labels.length > 0 ? ['classification', 'text', 'label'] : ['prompt_completion', 'prompt', 'completion'];
  const data = texts.map((value, i) => ({ [text]: value, [answer]: right[i] }));
  return { data, format, columns: { [text]: text, [answer]: answer } };
}
