/** TypeScript types of recipes, generated from the schemas, with descriptions and defaults for editors. */
import { z } from 'zod';
import { axisPlaces, recipeKeys, type RecipeKey } from '../../src/app/recipe/keys.ts';
import { recipeSchema } from '../../src/methods/recipe/base-recipe.ts';
import { type Axis, methodOptions } from '../../src/training/recipe/options.ts';

const HEADER = `// Written by tools/generate.ts from the schemas of the recipe's keys. Not edited by hand.
import type { MethodOptionInputs } from '../../training/recipe/options.ts';
import type { BaseRecipeInput } from '../../methods/recipe/base-recipe.ts';
import type { DataInput } from './data-input.ts';

type Section<Name extends keyof BaseRecipeInput> = NonNullable<BaseRecipeInput[Name]>;
`;

/** Keys of the base schema whose TypeScript type is more precise than the schema. */
const TYPES: Record<string, string> = {
  'data.train': 'DataInput',
  'data.validation': 'number | DataInput',
  'data.test': 'number | DataInput',
  tuning: 'TuningInput',
  storage: 'StorageInput',
  objective: 'ObjectiveInput',
  'training.optimizer': 'OptimizerInput',
};

const SECTIONS: Record<string, { name: string; summary: string }> = {
  data: { name: 'DataSettings', summary: 'rows to train on, to validate on and to compare on' },
  training: { name: 'TrainingSettings', summary: 'length and speed of training' },
  retention: { name: 'RetentionSettings', summary: "how the model's knowledge is preserved during training" },
  prompting: { name: 'PromptingSettings', summary: 'how a model is prompted that is not trained' },
  evaluation: { name: 'EvaluationSettings', summary: 'how the result is evaluated' },
  gate: { name: 'GateSettings', summary: 'requirements that the result has to meet before it may be used' },
  checkpoints: { name: 'CheckpointSettings', summary: 'which checkpoints are saved during training' },
};

interface Member {
  name: string;
  type: string;
  description: string;
  isOptional: boolean;
  defaultValue?: unknown;
}

/** Generates the complete file. */
export async function recipeTypes(): Promise<string> {
  const keys = await recipeKeys();
  const parts = [
    interfaceOf(
      'RecipeInput',
      'A recipe as users write it: short forms are allowed, and keys with a default are optional.',
      rootMembers(keys.all),
    ),
    ...Object.entries(SECTIONS).map(([section, { name, summary }]) =>
      interfaceOf(name, sentence(summary), sectionMembers(section, keys.all)),
    ),
    interfaceOf('SourceSettings', 'One set of rows.', sourceMembers()),
  ];
  for (const axis of Object.keys(methodOptions) as Axis[]) parts.push(await axisTypes(axis));
  return `${HEADER}\n${parts.join('\n')}`;
}

function rootMembers(keys: readonly RecipeKey[]): Member[] {
  return Object.entries(recipeSchema.shape).map(([name, schema]) => {
    const section = SECTIONS[name];
    if (section === undefined) return memberOf(name, { name, schema, keys, type: `BaseRecipeInput['${name}']` });
    const isOptional = schema.safeParse(undefined).success;
    return { name, type: section.name, description: section.summary, isOptional };
  });
}

function sectionMembers(section: string, keys: readonly RecipeKey[]): Member[] {
  let schema = recipeSchema.shape[section as keyof typeof recipeSchema.shape] as z.ZodType;
  if (schema instanceof z.ZodPrefault) schema = schema.unwrap() as z.ZodType;
  return Object.entries((schema as z.ZodObject).shape).map(([name, inner]) =>
    memberOf(`${section}.${name}`, {
      name,
      schema: inner as z.ZodType,
      keys,
      type: `Section<'${section}'>['${name}']`,
    }),
  );
}

interface Described {
  name: string;
  schema: z.ZodType;
  keys: readonly RecipeKey[];
  type: string;
}

/** An axis has its description at the key that selects its method. */
function memberOf(path: string, { name, schema, keys, type }: Described): Member {
  const found = keys.find((key) => key.path === path || key.path === `${path}.name` || key.path === `${path}.method`);
  const { description = '', defaultValue } = found ?? {};
  const isOptional = schema.safeParse(undefined).success;
  return { name, type: TYPES[path] ?? type, description, isOptional, defaultValue };
}

/** The possible entries of `data.train`. */
function sourceMembers(): Member[] {
  const schema = objectWithin(recipeSchema.shape.data.shape.train);
  const entry = `Extract<Extract<Section<'data'>['train'], readonly unknown[]>[number], object>`;
  return optionMembers(schema, (name) => `${entry}['${name}']`);
}

function objectWithin(schema: z.ZodType): z.ZodObject {
  if (schema instanceof z.ZodObject) return schema;
  if (schema instanceof z.ZodPipe) return objectWithin(schema.in as z.ZodType);
  const { options } = schema as z.ZodUnion;
  return options.find((option) => option instanceof z.ZodObject) as z.ZodObject;
}

function optionMembers(schema: z.ZodObject, typeOf: (name: string) => string): Member[] {
  return Object.entries(schema.shape).map(([name, inner]) => {
    const { description, defaultValue } = describe(inner as z.ZodType);
    const isOptional = (inner as z.ZodType).safeParse(undefined).success;
    return { name, type: typeOf(name), description, isOptional, defaultValue };
  });
}

function describe(schema: z.ZodType): { description: string; defaultValue?: unknown } {
  let [inner, defaultValue, description] = [schema, undefined as unknown, schema.description];
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) {
    if (!(inner instanceof z.ZodOptional)) defaultValue = inner.def.defaultValue;
    inner = inner.unwrap() as z.ZodType;
    description ??= inner.description;
  }
  if (inner instanceof z.ZodNullable) description ??= (inner.unwrap() as z.ZodType).description;
  return { description: description ?? '', defaultValue };
}

/** An interface for each method of an axis, and the input type of the axis: a name, or a name with options. */
async function axisTypes(axis: Axis): Promise<string> {
  const { nameKey } = axisPlaces[axis];
  const registry = methodOptions[axis];
  const title = pascal(axis);
  const parts: string[] = [];
  for (const name of registry.names) {
    const { options } = await registry.load(name);
    const naming = { name: nameKey, type: `'${name}'`, description: `which ${axis}`, isOptional: false };
    const members = optionMembers(options, (option) => `MethodOptionInputs['${axis}']['${name}']['${option}']`);
    parts.push(interfaceOf(`${pascal(name)}${title}`, `The ${axis} ${name}, with its options.`, [naming, ...members]));
  }
  const methods = registry.names.map((name) => `${pascal(name)}${title}`);
  const names = registry.names.map((name) => `'${name}'`);
  const union = [...names, ...methods].map((choice) => `\n  | ${choice}`).join('');
  parts.push(`/** A ${axis} by its name, or with its options. */\nexport type ${title}Input =${union};\n`);
  return parts.join('\n');
}

function interfaceOf(name: string, summary: string, members: readonly Member[]): string {
  const lines = members.map(
    (member) => `${comment(member)}  ${member.name}${member.isOptional ? '?' : ''}: ${member.type};`,
  );
  return `/** ${summary} */\nexport interface ${name} {\n${lines.join('\n')}\n}\n`;
}

function comment({ description, defaultValue }: Member): string {
  const text = description === '' ? [] : [sentence(description)];
  if (defaultValue !== undefined && defaultValue !== null) text.push(`@defaultValue ${JSON.stringify(defaultValue)}`);
  if (text.length === 0) return '';
  const safe = text.map((line) => line.replaceAll('*/', '*\\/'));
  return safe.length === 1 ? `  /** ${safe[0]} */\n` : `  /**\n${safe.map((line) => `   * ${line}\n`).join('')}   */\n`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

function pascal(name: string): string {
  return name.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
