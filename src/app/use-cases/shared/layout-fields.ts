import { AttuneError } from '../../../base/errors.ts';
import type { ColumnMapping } from '../../../data/columns.ts';
import type { FieldKit } from '../fields.ts';

/** How the rows of a file are read, where they are laid out otherwise than those that the model was trained on. */
export function layoutFields(fields: FieldKit) {
  return {
    ...columnsField(
      fields,
      "the format's field → your column, or several: [subject, body]; as in training unless given",
    ),
    format: fields.text('NAME', 'row format (as in training, or detected)'),
  };
}

/** `--columns "{text: [subject, body], label: queue}"`. */
export function columnsField({ z, parsed }: FieldKit, summary: string) {
  const mapping = z.custom<ColumnMapping>((given) => typeof given === 'object' && given !== null);
  return { columns: parsed(mapping, '{FIELD: COLUMN}', summary, { read: (typed) => readColumns(String(typed)) }) };
}

/** Checked as a recipe's. @throws AttuneError E_USAGE */
export async function readColumns(text: string): Promise<ColumnMapping> {
  const [{ parse }, { columnsSchema }, { problemsOf }] = await Promise.all([
    import('yaml'),
    import('../../../train/recipe.ts'),
    import('../../../base/schema-issues.ts'),
  ]);
  const root: unknown = parsedOr(() => parse(text, { logLevel: 'silent' }) as unknown);
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
function parsedOr(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}
