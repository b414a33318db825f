/** Finds calls of a function in examples/api. */
import { readdirSync } from 'node:fs';
import ts from 'typescript';
import { sourceOf } from './declarations.ts';

const FOLDER = 'examples/api';
const MOST_LINES = 14;

export interface ExampleCall {
  file: string;
  /** The statement with the call, and the preceding one where it defines names used in it. */
  text: string;
}

/** The first statement of an example that calls the function and is short enough. */
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
