import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { problemsOf } from '../../base/schema-issues.ts';
import { columnsSchema } from '../../methods/recipe/base-recipe.ts';
import { storages } from '../../methods/storages/index.ts';
import { RESULT_NOTES, type ResultNotesFile } from './result-notes.ts';

const name = z.string().nullish();
const layout = { format: name, columns: columnsSchema.nullish() };

/** Keys of a run's recipe that are needed to open its result. Older recipes lack some of them. */
const notedSchema = z.looseObject({
  data: z
    .looseObject({
      ...layout,
      train: z.array(z.looseObject(layout)).default([]),
      chat_template: name,
      max_length: z.number().optional(),
      long_rows: z.enum(['fail', 'drop', 'truncate', 'split']).optional(),
      truncation_side: z.enum(['right', 'left', 'middle']).optional(),
      max_windows: z.number().nullish(),
    })
    .optional(),
  objective: z.looseObject({ ref_model: name, src_lang: name, tgt_lang: name }).optional(),
  storage: z.looseObject({ name: z.enum(storages.names) }).optional(),
});

export type NotedRecipe = z.output<typeof notedSchema>;

/** Recipe of the run that produced a result; undefined for models that no run produced. @throws AttuneError E_NOTES_INVALID */
export function notedRecipe(notes: ResultNotesFile | undefined): NotedRecipe | undefined {
  if (notes === undefined) return undefined;
  const { recipe = {} } = notes;
  const read = notedSchema.safeParse(recipe);
  if (read.success) return read.data;
  throw new AttuneError('E_NOTES_INVALID', {
    what: `The recipe in ${RESULT_NOTES} of ${notes.folder} cannot be read`,
    problems: problemsOf(read.error.issues, { root: recipe, schema: notedSchema, prefix: 'recipe' }),
    fix: `restore ${RESULT_NOTES} from a copy of the run`,
  });
}
