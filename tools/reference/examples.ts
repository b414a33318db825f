/** Where examples/api calls a function. */
import { readdirSync } from 'node:fs';
import ts from 'typescript';
import { sourceOf } from './declarations.ts';

const FOLDER = 'examples/api';
const MOST_LINES = 14;

export interface ExampleCall {
  file: string;
  /** The statement that calls it, and what its own lines need of the one before. */
  text: string;
}

/** The first statement of an example that calls the function, short enough to read. */
export function exampleOf(name: string): ExampleCall | undefined {
  for (const entry of readdirSync(FOLDER).toSorted()) {
    const file = `${FOLDER}/${entry}`;
    const statement = sourceOf(file).statements.find((one) => !ts.isImportDeclaration(one) && calls(one, name));
    const text = statement?.getText();
    if (text !== undefined && text.split('\n').length <= MOST_LINES) return { file, text };
  }
  return undefined;
}

function calls(node: ts.Node, name: string): boolean {
  const isCall = ts.isCallExpression(node) || ts.isNewExpression(node);
  if (isCall && node.expression.getText() === name) return true;
  return ts.forEachChild(node, (child) => calls(child, name) || undefined) ?? false;
}
