/** The part of the reference that is generated from use cases. */
import ts from 'typescript';
import { fields, type Shape } from '../../src/app/use-cases/fields.ts';
import type { UseCaseName } from '../../src/app/use-cases/index.ts';
import { libraryName, loadUseCases } from '../../src/app/use-cases/library.ts';
import { fieldsOf, type FieldDescription } from '../../src/app/use-cases/schema.ts';
import type { Section, UseCase } from '../../src/app/use-cases/use-case.ts';
import { sourceOf, unwrapPromise, type Found } from './declarations.ts';
import { exampleOf } from './examples.ts';
import { collapse, membersOf } from './members.ts';

export interface Part {
  contents: string;
  text: string;
}

export async function useCaseSections(): Promise<Part[]> {
  const sections = Map.groupBy(await loadUseCases(), ({ useCase }) => useCase.section);
  return [...sections].map(([title, members]) => ({
    contents: `- **${title satisfies Section}**: ${members.map(({ name }) => linkTo(name)).join(' · ')}`,
    text: [`## ${title}`, ...members.map(({ name, useCase }) => entryText(name, useCase))].join('\n\n'),
  }));
}

function linkTo(name: string): string {
  const called = libraryName(name);
  return `[\`${called}\`](#${called.toLowerCase().replace('.', '')})`;
}

function entryText(name: UseCaseName, useCase: UseCase): string {
  const called = libraryName(name);
  const described = fieldsOf(useCase);
  const result = resultOf(name);
  const example = exampleOf(called);
  return [
    `### ${called}`,
    `${useCase.summary[0].toUpperCase()}${useCase.summary.slice(1)}. On the command line: \`attune ${name}\`.`,
    fenced(signature(called, described, result && collapse(result.node.getText()))),
    ...fieldTable(described),
    ...(result === undefined ? [] : memberTable(result)),
    ...(example === undefined
      ? []
      : [fenced(example.text), `From [${example.file}](../${example.file}), which the tests run.`]),
  ].join('\n\n');
}

function signature(called: string, described: readonly FieldDescription[], result = 'unknown'): string {
  const places = described.filter(({ isArgument }) => isArgument);
  const options = described.filter(({ isArgument }) => !isArgument);
  const isNeeded = options.some(({ isRequired }) => isRequired);
  const given = places.map(({ name, isRequired }) => (isRequired ? name : `${name}?`));
  return `${called}(${[...given, isNeeded ? 'options' : 'options?'].join(', ')}): Promise<${result}>`;
}

function fieldTable(described: readonly FieldDescription[]): string[] {
  if (described.length === 0) return [];
  const rows = described.map(
    ({ name, isRequired, schema, summary }) =>
      `| \`${name}${isRequired ? '' : '?'}\` | \`${cell(typeText(schema))}\` | ${cell(summary)} |`,
  );
  return [`| Input | type | |\n|---|---|---|\n${rows.join('\n')}`];
}

function memberTable(result: Found<ts.TypeNode>): string[] {
  const rows = membersOf(result).map(
    ({ name, type, isOptional, meaning }) =>
      `| \`${name}${isOptional ? '?' : ''}\` | ${type === '' ? '' : `\`${cell(type)}\``} | ${cell(meaning)} |`,
  );
  return rows.length === 0 ? [] : [`| Result | type | |\n|---|---|---|\n${rows.join('\n')}`];
}

interface JsonSchema {
  type?: string | readonly string[];
  enum?: readonly string[];
  items?: JsonSchema;
  prefixItems?: readonly JsonSchema[];
  anyOf?: readonly JsonSchema[];
}

/** TypeScript type of a schema, derived from its JSON schema. */
function typeText(schema: Shape[string]): string {
  return written(fields.z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema);
}

function written({ type, enum: choices, items, prefixItems, anyOf }: JsonSchema): string {
  if (choices !== undefined) return choices.map((choice) => `'${choice}'`).join(' | ');
  if (anyOf !== undefined) return [...new Set(anyOf.map(written))].join(' | ');
  if (prefixItems !== undefined) return `[${prefixItems.map(written).join(', ')}]`;
  if (type === 'array') return items === undefined ? 'unknown[]' : `${written(items)}[]`;
  const types = [type ?? 'object'].flat().map((one) => (one === 'integer' ? 'number' : one));
  return [...new Set(types)].join(' | ');
}

/** The type that the promise of `run` resolves to. */
function resultOf(name: UseCaseName): Found<ts.TypeNode> | undefined {
  const file = `src/app/use-cases/${name.replace(' ', '-')}.ts`;
  let found: ts.TypeNode | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isMethodDeclaration(node) && node.name.getText() === 'run') found ??= unwrapPromise(node.type);
    ts.forEachChild(node, visit);
  };
  visit(sourceOf(file));
  return found && { node: found, file };
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function fenced(text: string): string {
  return `\`\`\`ts\n${text.trim()}\n\`\`\``;
}
