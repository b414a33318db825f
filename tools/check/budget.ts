/**
 * Sizes: a file has at most 300 lines, a function 40, and 4 parameters. For TypeScript oxlint counts (see .oxlintrc.json);
 * here it is the C++, and every exemption: it stands beside the code, with its reason.
 *
 *   // oxlint-disable-next-line max-lines-per-function -- one case an opcode, and nothing to share
 *   // budget: one register tile, unrolled by hand
 *
 * Parameters of C++ functions are not counted: a kernel's are its operator's schema.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './check.ts';
import { findFunctions } from './native-functions.ts';
import { listFiles } from './source-files.ts';

const MAX_FILE = 300;
const MAX_FUNCTION = 40;

export const budget: Check = {
  name: 'budget',
  run(root) {
    const read = (file: string): string => readFileSync(join(root, file), 'utf8');
    const native = listFiles(root, ['native'], ['.cpp', '.hpp', '.h']);
    const scripts = listFiles(root, ['src', 'test', 'tools', 'bench', 'examples'], ['.ts', '.tsx', '.mjs']);
    return [
      ...native.flatMap((file) => nativeProblems(file, read(file))),
      ...scripts.flatMap((file) => exemptionProblems(file, read(file))),
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

/** A rule is switched off for a reason, and the reason is written down. */
function exemptionProblems(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const comment = /(?:\/\/|\/\*)\s*(?:oxlint|eslint)-disable[^\n]*/.exec(line)?.[0];
    if (comment === undefined || /\s--\s+\S/.test(comment)) return [];
    return [`${file}:${index + 1} switches a rule off and does not say why: "… -- reason"`];
  });
}
