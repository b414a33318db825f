import { AttuneError } from '../base/errors.ts';
import type { ColumnMapping } from '../data/columns.ts';
import type { CommandContext } from './command.ts';

/** `--columns "{text: [subject, body], label: queue}"`, checked as a recipe's. @throws AttuneError E_USAGE */
export async function columnsOption(context: CommandContext): Promise<ColumnMapping | undefined> {
  const text = context.option('--columns');
  if (text === undefined) return undefined;
  const [{ parse }, { columnsSchema }, { problemsOf }] = await Promise.all([
    import('yaml'),
    import('../train/recipe.ts'),
    import('../base/schema-issues.ts'),
  ]);
  const root: unknown = parsed(() => parse(text, { logLevel: 'silent' }) as unknown);
  const checked = columnsSchema.safeParse(root);
  if (checked.success) return checked.data;
  throw new AttuneError('E_USAGE', {
    what: '--columns is no mapping',
    got: text,
    expected: '"{prompt: question, completion: reply}" or "{text: [subject, body], label: queue}"',
    problems: problemsOf(checked.error.issues, { root, schema: columnsSchema }),
  });
}

/** Undefined for what is no YAML. */
function parsed(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}
