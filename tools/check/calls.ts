/** Calls that data can break: spread arguments, which overflow the stack, and JSON parsed without limits. */
import ts from 'typescript';
import type { Check } from './check.ts';
import { listFiles, parseSource } from './source-files.ts';

/** Replacements for functions whose arguments come from data. */
const SPREAD: Readonly<Record<string, string>> = {
  'Math.max': 'greatest of src/base/many.ts',
  'Math.min': 'smallest of src/base/many.ts',
  push: 'pushAll of src/base/many.ts',
  unshift: 'a new list',
  splice: 'spliceAll of src/base/many.ts',
  concat: 'flat',
  fromCharCode: 'a decoder',
  fromCodePoint: 'a decoder',
};

/** Where the replacements are defined. */
const MANY = 'src/base/many.ts';

/** Files that may parse JSON themselves: the readers, and a page's script, which runs in a browser. */
const JSON_READERS = new Set([
  'src/files/json.ts',
  'packages/jinja/src/parse-json.ts',
  'src/studio/client.ts',
  'src/studio/pages/api.ts',
  'src/studio/screens/form-input.ts',
  'src/studio/screens/plans.ts',
  // Code that is passed as text to a separate process.
  'src/training/objectives/rewards/code/javascript-harness.ts',
]);

export const calls: Check = {
  name: 'calls',
  run: (root) =>
    listFiles(root, ['src', 'packages'], ['.ts', '.tsx'])
      .filter((file) => !/^packages\/[^/]+\/test\//.test(file))
      .flatMap((file) => problemsIn(root, file)),
};

function problemsIn(root: string, file: string): string[] {
  const source = parseSource(root, file);
  const problems: string[] = [];
  const visit = (node: ts.Node): void => {
    const message = ts.isCallExpression(node) ? messageFor(node, file) : undefined;
    if (message !== undefined) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      problems.push(`${file}:${line + 1} ${message}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return problems;
}

function messageFor({ expression, arguments: given }: ts.CallExpression, file: string): string | undefined {
  if (!ts.isPropertyAccessExpression(expression)) return undefined;
  const whole = expression.getText();
  if (whole === 'JSON.parse' && !JSON_READERS.has(file))
    return 'calls JSON.parse: parseJson of src/files/json.ts has limits';
  const name = expression.name.text;
  const instead = Object.hasOwn(SPREAD, whole) ? SPREAD[whole] : Object.hasOwn(SPREAD, name) ? SPREAD[name] : undefined;
  if (instead === undefined || file === MANY || !given.some((one) => ts.isSpreadElement(one))) return undefined;
  return `spreads into ${name}, which overflows the stack from some 120,000 values on: use ${instead}`;
}
