import { confirm, isCancel, multiselect, select, text } from '@clack/prompts';
import { AttuneError } from '../../base/errors.ts';
import { visible } from './control-characters.ts';

/** Interactive questions of `init`. */

export async function askModel(defaultModel: string, reason: string): Promise<string> {
  const answer = await answered(
    text({
      message: 'Which model do you want to tune? A folder, or a name',
      placeholder: visible(`${defaultModel} (${reason})`),
      defaultValue: defaultModel,
    }),
  );
  return decided(answer);
}

/** Asks whether to download a model now. */
export async function askFetch(model: string, name: string, bytes: number): Promise<boolean> {
  const size = `${Math.round(bytes / 1e6)} MB`;
  return decided(
    await answered(confirm({ message: `${model} is not on this machine. Download ${name} from npm now (${size})?` })),
  );
}

/** A column to choose from, with a hint about its contents. */
export interface ColumnChoice {
  name: string;
  hint: string;
}

export async function askText(columns: readonly ColumnChoice[], guessed: readonly string[]): Promise<string[]> {
  const answer = await answered(
    multiselect({
      message: 'Which columns contain the input text? Several are joined',
      options: columns.map(shown),
      initialValues: [...guessed],
      required: true,
    }),
  );
  return decided(answer);
}

function shown({ name, hint }: ColumnChoice): { value: string; label: string; hint: string } {
  return { value: name, label: visible(name), hint: visible(hint) };
}

/** Target column; undefined to train on the text itself. */
export async function askTarget(columns: readonly ColumnChoice[], guessed?: string): Promise<string | undefined> {
  const none = '';
  const answer = await answered(
    select({
      message: 'Which column contains the answer or label to learn?',
      options: [
        ...columns.map(shown),
        { value: none, label: 'none', hint: 'train on the text itself, to write in its style' },
      ],
      initialValue: guessed ?? none,
    }),
  );
  return decided(answer) || undefined;
}

export async function askGoal<Goal extends string>(column: string, goals: Record<Goal, string>): Promise<Goal> {
  const answer = await answered(
    select<string>({
      message: visible(`What is ${column}?`),
      options: Object.entries<string>(goals).map(([value, label]) => ({ value, label: visible(label) })),
    }),
  );
  return decided(answer) as Goal;
}

/** Asks whether an interpretation of the columns is correct. */
export async function askReading(reasons: readonly string[]): Promise<boolean> {
  return decided(
    await answered(confirm({ message: visible(`${reasons.join('; ')}. Is that right?`), initialValue: true })),
  );
}

/** Group column; undefined if rows are independent. */
export async function askGroup(columns: readonly string[]): Promise<string | undefined> {
  if (columns.length === 0) return undefined;
  const independent = '';
  const answer = await answered(
    select({
      message: 'Must rows with the same value in some column stay together in one split?',
      options: [
        { value: independent, label: 'no, rows are independent' },
        ...columns.map((column) => ({ value: column, label: visible(column) })),
      ],
    }),
  );
  return decided(answer) || undefined;
}

/** Returns true, or throws E_CANCELLED if the user declines. */
export async function askOverwrite(file: string): Promise<true> {
  const answer = await answered(
    confirm({ message: visible(`${file} already exists. Replace it?`), initialValue: false }),
  );
  if (decided(answer)) return true;
  throw cancelled();
}

/** Returns true, or throws E_CANCELLED if the user declines. `what`: "2 runs". */
export async function askDeletion(what: string): Promise<true> {
  const answer = await answered(confirm({ message: `Delete ${what} for good?`, initialValue: false }));
  if (!isCancel(answer) && answer) return true;
  throw new AttuneError('E_CANCELLED', { what: 'Nothing was deleted' });
}

/** Returns true, or throws E_CANCELLED if the user refuses. */
export async function askApproval(): Promise<true> {
  const answer = await answered(confirm({ message: 'Allow it once?', initialValue: false }));
  if (!isCancel(answer) && answer) return true;
  throw new AttuneError('E_CANCELLED', { what: 'Nothing was allowed' });
}

function decided<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (isCancel(answer)) throw cancelled();
  return answer as Exclude<Answer, symbol>;
}

function cancelled(): AttuneError {
  return new AttuneError('E_CANCELLED', { what: 'Nothing was written' });
}

/**
 * The answer, or E_CANCELLED if none can come any more: Ctrl-D closes the input without notifying the prompt, and the
 * process would otherwise exit silently.
 */
export async function answered<Answer>(
  asked: Promise<Answer>,
  surroundings: Pick<NodeJS.EventEmitter, 'once' | 'off'> = process,
): Promise<Answer> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const onEnd = () => reject(cancelled());
  surroundings.once('beforeExit', onEnd);
  try {
    return await Promise.race([asked, ended]);
  } finally {
    surroundings.off('beforeExit', onEnd);
  }
}
