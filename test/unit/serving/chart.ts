// Renders the chart's templates: supports only the part of Helm's language that they use, and rejects everything else.
import { createHash } from 'node:crypto';
import { stringify } from 'yaml';

type Values = Record<string, unknown>;

/** Text between braces, and whether white space before and after is removed. */
const ACTION = /(?:(\s*)\{\{-|\{\{)\s*(.*?)\s*(?:-\}\}(\s*)|\}\})/g;

interface Block {
  isShown: boolean;
  /** Whether a branch was rendered. */
  isDone: boolean;
  /** Value of the dot. */
  dot: unknown;
}

/** @throws Error for an unsupported action */
export function rendered(template: string, root: Values): string {
  const blocks: Block[] = [{ isShown: true, isDone: true, dot: root }];
  let text = '';
  let done = 0;
  const show = (part: string) => {
    if (blocks.every(({ isShown }) => isShown)) text += part;
  };
  for (const match of template.matchAll(ACTION)) {
    const [whole, , action] = match;
    show(template.slice(done, match.index));
    done = match.index + whole.length;
    const { dot } = blocks.at(-1)!;
    const [word, ...rest] = action.split(' ');
    if (word === 'if' || word === 'with') {
      const value = valueOf(rest.join(' '), dot);
      blocks.push({ isShown: isTrue(value), isDone: isTrue(value), dot: word === 'with' ? value : dot });
    } else if (word === 'else') {
      const block = blocks.at(-1)!;
      block.isShown = !block.isDone && (rest.length === 0 || isTrue(valueOf(rest.slice(1).join(' '), dot)));
      block.isDone ||= block.isShown;
    } else if (word === 'fail') {
      if (blocks.every(({ isShown }) => isShown)) throw new Error(rest.join(' '));
    } else if (word === 'end') blocks.pop();
    else if (blocks.every(({ isShown }) => isShown)) show(String(valueOf(action, dot)));
  }
  show(template.slice(done));
  if (blocks.length !== 1) throw new Error('a block has no end');
  return text;
}

function isTrue(value: unknown): boolean {
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) return false;
  return value !== undefined && value !== null && value !== false && value !== '' && value !== 0;
}

function valueOf(expression: string, dot: unknown): unknown {
  const [first, ...functions] = expression.split(' | ');
  return functions.reduce(
    (value: unknown, call) => {
      const [name, argument] = call.split(' ');
      if (name === 'sha256sum') return createHash('sha256').update(String(value)).digest('hex');
      if (name !== 'nindent') throw new Error(`unknown function ${name}`);
      const indent = ' '.repeat(Number(argument));
      return `\n${indent}${String(value).replaceAll('\n', `\n${indent}`)}`;
    },
    simpleValue(first, dot),
  );
}

function simpleValue(text: string, dot: unknown): unknown {
  const [name, argument] = text.split(' ');
  if (name === 'not') return !isTrue(simpleValue(argument, dot));
  if (name === 'eq') return simpleValue(argument, dot) === JSON.parse(text.split(' ')[2]);
  if (name === 'gt') return Number(simpleValue(argument, dot)) > Number(text.split(' ')[2]);
  if (name === 'toYaml') return stringify(simpleValue(argument, dot), { lineWidth: 0 }).trimEnd();
  if (name === '.') return dot;
  if (!name.startsWith('.')) throw new Error(`unknown action ${text}`);
  return name
    .slice(1)
    .split('.')
    .reduce((value: unknown, key) => (value as Values | undefined)?.[key], dot);
}
