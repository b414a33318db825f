import { AttuneError } from '../base/errors.ts';
import { kindOf, type Example } from './kinds/index.ts';

/**
 * Converts an example to a row in its kind's own format, which is detected and read back as the same example. @throws
 * AttuneError E_WRONG_ROWS
 */
export function exampleRow(example: Example): Record<string, unknown> {
  return kindOf(example).row?.(example) ?? refuse(example);
}

function refuse({ kind, source }: Example): never {
  throw new AttuneError('E_WRONG_ROWS', {
    what: `Rows of kind "${kind}" cannot be written as training rows`,
    got: `${source.file}:${source.line}`,
    expected: 'conversations, prompts with completions, texts, or texts with labels',
  });
}
