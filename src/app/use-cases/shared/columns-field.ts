import { AttuneError } from '../../../base/errors.ts';
import type { ColumnMapping } from '../../../data/columns.ts';
import type { FieldKit } from '../fields.ts';

/** Column mapping: a value, or YAML text. */
export function columnsField({ z, parsed }: FieldKit, summary: string) {
  return parsed(z.union([z.string(), z.custom<ColumnMapping>()]), '{FIELD: COLUMN}', summary, { read: String });
}

/** Columns by their role, in place of a mapping. */
export function roleFields({ z, parsed, text }: FieldKit) {
  return {
    textColumn: parsed(z.array(z.string()), 'COLUMNS', 'input columns; join several with commas', {
      read: (typed) =>
        String(typed)
          .split(',')
          .map((name) => name.trim()),
    }),
    labelColumn: text('COLUMN', 'label column: a class, classes or a number'),
    answerColumn: text('COLUMN', 'column with the answer to write'),
  };
}

/** Parses `{text: [subject, body], label: queue}` with a recipe's checks. @throws AttuneError E_USAGE */
export async function columnMapping(given: string | ColumnMapping | undefined): Promise<ColumnMapping | undefined> {
  if (given === undefined) return undefined;
  const [{ parse }, { columnsSchema }, { problemsOf }] = await Promise.all([
    import('yaml'),
    import('../../../methods/recipe/base-recipe.ts'),
    import('../../../base/schema-issues.ts'),
  ]);
  const root: unknown =
    typeof given === 'string' ? parsed(() => parse(given, { logLevel: 'silent' }) as unknown) : given;
  const checked = columnsSchema.safeParse(root);
  if (checked.success) return checked.data;
  throw new AttuneError('E_USAGE', {
    what: '--columns is not a mapping',
    got: typeof given === 'string' ? given : JSON.stringify(given),
    expected: '"{prompt: question, completion: reply}" or "{text: [subject, body], label: queue}"',
    problems: problemsOf(checked.error.issues, { root, schema: columnsSchema }),
  });
}

/** Undefined for invalid YAML. */
function parsed(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return undefined;
  }
}
