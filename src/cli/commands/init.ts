import { existsSync } from 'node:fs';
import type { InitAnswers, InitFindings, InitHints } from '../../app/init.ts';
import { AttuneError } from '../../base/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';

/** What is tuned unless another model is named: it comes with attune. */
const DEFAULT_MODEL = 'attune-base';

export const command = defineCommand({
  section: 'Start',
  summary: 'write a recipe for your data',
  arguments: [{ name: 'FILE', summary: 'jsonl, json, csv, tsv or parquet; or a folder of these', required: true }],
  options: [
    { name: '--model', value: 'FOLDER|NAME', summary: 'the model to tune' },
    { name: '--output', value: 'FILE', summary: 'the recipe to write; named after the data unless given' },
    { name: '--format', value: 'NAME', summary: 'row format, where it is not recognised' },
    { name: '--columns', value: '{FIELD: COLUMN}', summary: "the format's field → your column" },
    { name: '--group-by', value: 'COLUMN', summary: 'rows with the same value stay in one split' },
    { name: '--yes', summary: 'ask nothing' },
    { name: '--force', summary: 'replace a recipe that exists' },
  ],
  examples: ['init tickets.jsonl', 'init faq.csv --columns "{prompt: question, completion: reply}" --yes'],
  async run(context) {
    const { examineForInit, objectiveFor, recipeFileFor, recipeText, writeRecipe } = await import('../../app/init.ts');
    const path = context.argument('FILE')!;
    const hints = await readHints(context);
    const findings = await examineForInit(path, hints);
    const file = context.option('--output') ?? recipeFileFor(path);
    const answers = await answer(context, findings, file);
    const text = await recipeText(findings, { ...answers, ...hints });
    await writeRecipe(file, text, { overwrite: answers.overwrite });
    const { format, reason, problems } = findings.inspection;
    const { model } = answers;
    return { recipe: file, format, reason, objective: objectiveFor(findings, model).name, model, problems };
  },
  render({ recipe, format, reason, problems }, { colours }) {
    const { green, yellow, bold, cyan, dim } = colours;
    const warning = `${yellow('!')} ${problems.length} of the first rows cannot be used: attune data inspect ${recipe}`;
    return [
      `${green('✓')} ${format} rows, ${reason}`,
      ...(problems.length > 0 ? [warning] : []),
      `${green('✓')} wrote ${bold(recipe)}`,
      '',
      `  ${cyan(`attune data inspect ${recipe}`)}  ${dim('shows rows with the trained tokens coloured')}`,
      `  ${cyan(`attune train ${recipe}`)}`,
    ].join('\n');
  },
});

async function readHints(context: CommandContext): Promise<InitHints> {
  const format = context.option('--format');
  const text = context.option('--columns');
  if (text === undefined) return format === undefined ? {} : { format };
  const { parse } = await import('yaml');
  const columns = parse(text, { logLevel: 'silent' }) as unknown;
  if (typeof columns !== 'object' || columns === null || Array.isArray(columns)) {
    throw new AttuneError('E_USAGE', {
      what: '--columns is no mapping',
      got: text,
      expected: '"{prompt: question, completion: reply}"',
    });
  }
  return { ...(format === undefined ? {} : { format }), columns: columns as Record<string, string> };
}

interface Answers extends InitAnswers {
  overwrite: boolean;
}

/** Three questions at most, and only what no option has answered. */
async function answer(context: CommandContext, findings: InitFindings, file: string): Promise<Answers> {
  const model = context.option('--model');
  const groupBy = context.option('--group-by');
  const given = { model: model ?? DEFAULT_MODEL, groupBy, overwrite: context.has('--force') };
  if (context.has('--yes') || !context.isInteractive) return given;
  const { askModel, askGroup, askOverwrite } = await import('../questions.ts');
  const overwrite = given.overwrite || (existsSync(file) ? await askOverwrite(file) : false);
  const chosenModel = model ?? (await askModel(DEFAULT_MODEL));
  const chosenGroup = groupBy ?? (await askGroup(findings.groupColumns));
  return { model: chosenModel, groupBy: chosenGroup, overwrite };
}
