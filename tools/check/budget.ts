/**
 * Sizes: a file has at most 300 lines, a function 40 lines and 4 parameters, a line 160 characters. For TypeScript
 * oxlint counts all except the last (see .oxlintrc.json). This check counts line lengths, the C++ and all exemptions,
 * which stand beside the code with a reason:
 *
 *   // oxlint-disable-next-line max-lines-per-function -- one case an opcode, and nothing to share
 *   // budget: one register tile, unrolled by hand
 *
 * Parameters of C++ functions are not counted: those of a kernel come from its operator's schema.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { Check } from './check.ts';
import { findFunctions } from './native-functions.ts';
import { listFiles } from './source-files.ts';

const MAX_FILE = 300;
const MAX_FUNCTION = 40;
const MAX_LINE = 160;
/** Word lists belong in the package's assets: no string or expression in its code may be longer, in characters. */
const MAX_LITERAL = { folder: 'packages/privacy/src/', characters: 160 };

export const budget: Check = {
  name: 'budget',
  run(root) {
    const read = (file: string): string => readFileSync(join(root, file), 'utf8');
    const native = listFiles(root, ['native'], ['.cpp', '.hpp', '.h']);
    const scripts = listFiles(
      root,
      ['src', 'packages', 'test', 'tools', 'bench', 'makers', 'studies', 'examples'],
      ['.ts', '.tsx', '.mjs'],
    );
    return [
      ...native.flatMap((file) => nativeProblems(file, read(file))),
      ...scripts.flatMap((file) => exemptionProblems(file, read(file))),
      ...[...native, ...scripts].filter(isBounded).flatMap((file) => lineProblems(file, read(file))),
      ...scripts
        .filter((file) => file.startsWith(MAX_LITERAL.folder))
        .flatMap((file) => literalProblems(file, read(file))),
    ];
  },
};

function nativeProblems(file: string, text: string): string[] {
  const lines = text.split('\n');
  const problems: string[] = [];
  const isExempt = (line: number): boolean => /^\s*\/\/ budget: \S/.test(lines[line - 2] ?? '');
  const count = text.endsWith('\n') ? lines.length - 1 : lines.length;
  if (count > MAX_FILE && !/^\/\/ budget: \S/.test(lines[0]))
    problems.push(`${file} has ${count} lines; ${MAX_FILE} are enough`);
  for (const { name, line, codeLines } of findFunctions(text)) {
    if (codeLines > MAX_FUNCTION && !isExempt(line)) {
      problems.push(`${file}:${line} ${name} has ${codeLines} lines; ${MAX_FUNCTION} are enough`);
    }
  }
  return problems;
}

function isBounded(file: string): boolean {
  return !file.includes('.generated.');
}

/** Lines that are too long even without their regular expressions, which cannot be split. */
function lineProblems(file: string, text: string): string[] {
  const lines = text.split('\n');
  if (lines.every((line) => line.length <= MAX_LINE)) return [];
  const expressions = file.endsWith('.ts') ? expressionLengths(file, text) : new Map<number, number>();
  return lines.flatMap((line, index) => {
    if (line.length - (expressions.get(index) ?? 0) <= MAX_LINE) return [];
    return [`${file}:${index + 1} has ${line.length} characters; ${MAX_LINE} are enough`];
  });
}

/** 0-based line → number of characters in regular expressions that begin there, `String.raw` ones included. */
function expressionLengths(file: string, text: string): Map<number, number> {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const lengths = new Map<number, number>();
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node) || isRaw(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      lengths.set(line, (lengths.get(line) ?? 0) + node.getWidth());
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return lengths;
}

function literalProblems(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const problems: string[] = [];
  const visit = (node: ts.Node): void => {
    const isLiteral = ts.isLiteralExpression(node) || ts.isTemplateLiteralToken(node) || ts.isTemplateExpression(node);
    if (isLiteral && node.getWidth() > MAX_LITERAL.characters) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      problems.push(
        `${file}:${line} has a literal of ${node.getWidth()} characters; ${MAX_LITERAL.characters} are enough`,
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return problems;
}

function isRaw(node: ts.Node): boolean {
  return ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'String.raw';
}

/** Finds rules that are switched off without a reason. */
function exemptionProblems(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const comment = /(?:\/\/|\/\*)\s*(?:oxlint|eslint)-disable[^\n]*/.exec(line)?.[0];
    if (comment === undefined || /\s--\s+\S/.test(comment)) return [];
    return [`${file}:${index + 1} switches a rule off and does not say why: "… -- reason"`];
  });
}
