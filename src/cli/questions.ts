import { confirm, isCancel, select, text } from '@clack/prompts';
import { AttuneError } from '../base/errors.ts';

/** The questions of `init`, on a terminal. */

export async function askModel(defaultModel: string): Promise<string> {
  const answer = await text({
    message: 'Which model do you want to tune? A folder, or a name',
    placeholder: defaultModel,
    defaultValue: defaultModel,
  });
  return decided(answer);
}

/** Undefined where rows are independent. */
export async function askGroup(columns: readonly string[]): Promise<string | undefined> {
  if (columns.length === 0) return undefined;
  const independent = '';
  const answer = await select({
    message: 'Do rows with the same value in a column belong together? They then stay in one split',
    options: [
      { value: independent, label: 'no, rows are independent' },
      ...columns.map((column) => ({ value: column, label: column })),
    ],
  });
  return decided(answer) || undefined;
}

/** True, or the user has thought better of it. */
export async function askOverwrite(file: string): Promise<true> {
  const answer = await confirm({ message: `${file} exists already. Replace it?`, initialValue: false });
  if (decided(answer)) return true;
  throw cancelled();
}

/** True, or the user has thought better of it. `what`: "2 runs". */
export async function askDeletion(what: string): Promise<true> {
  const answer = await confirm({ message: `Delete ${what} for good?`, initialValue: false });
  if (!isCancel(answer) && answer) return true;
  throw new AttuneError('E_CANCELLED', { what: 'Nothing was deleted' });
}

function decided<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (isCancel(answer)) throw cancelled();
  return answer as Exclude<Answer, symbol>;
}

function cancelled(): AttuneError {
  return new AttuneError('E_CANCELLED', { what: 'Nothing was written' });
}
