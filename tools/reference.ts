/**
 * Writes docs/api.md and docs/commands.md: each use case from its definition, other exports of the library from their
 * doc comments, and examples that the tests run.
 */
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { writeFileAtomic } from '../src/files/atomic.ts';
import { declarationOf, lazyFunctions, sourceOf, unwrapPromise, type Found } from './reference/declarations.ts';
import { exampleOf } from './reference/examples.ts';
import { commandReference } from './reference/commands.ts';
import { useCaseSections } from './reference/use-cases.ts';
import { classMembers, collapse, meaningOf, membersOf, tagsOf, type Member } from './reference/members.ts';

const INDEX = 'src/app/index.ts';
const TABLE = 'src/app/api/functions.ts';
const WIDTH = 100;

const HEADER = `# The library's functions

\`import { train } from 'attune'\` loads in milliseconds: a function loads its code when it is first called, and everything
heavy runs in a worker process. Options that end in \`?\` may be left out; every function of a use
case takes \`onEvent\`, \`onNotice\` and \`signal\` besides. Every error that a user can fix is an
\`AttuneError\` with a stable \`code\`. The keys of a recipe are described where an editor shows them;
[training-defaults.md](training-defaults.md) lists their defaults.`;

interface Entry {
  name: string;
  purpose: string;
  examples: string[];
  deprecated?: string;
  declaration: Found;
}

interface Section {
  title: string;
  about: string;
  entries: Entry[];
}

/** Text of the whole page. */
export async function apiReference(): Promise<string> {
  const cases = await useCaseSections();
  const sections = [...lazySections(), directSection()];
  const contents = sections.map(({ title, entries }) => {
    const links = entries.filter(({ deprecated }) => deprecated === undefined).map(({ name }) => linkTo(name));
    return `- **${title}**: ${links.join(' · ')}`;
  });
  const known = new Map<string, string>();
  const described = sections.map((section) => sectionText(section, known));
  const all = [...cases.map(({ contents: links }) => links), ...contents].join('\n');
  return [HEADER, all, ...cases.map(({ text }) => text), ...described].join('\n\n') + '\n';
}

function linkTo(name: string): string {
  return `[\`${name}\`](#${name.toLowerCase()})`;
}

/** Files of src/app/api, in the order of the index. */
function lazySections(): Section[] {
  const table = lazyFunctions(TABLE);
  const files = exportsOf().flatMap(({ specifier, names }) => (names.length === 0 ? [specifier] : []));
  return files
    .filter((file) => file.startsWith('./api/'))
    .map((file) => {
      const path = `src/app/${file.slice(2)}`;
      const entries = sourceOf(path).statements.flatMap((statement) => lazyEntry(statement, table));
      return { title: titleOf(file), about: firstComment(path), entries };
    });
}

/** Finds `export const train = lazily('train')`. */
function lazyEntry(statement: ts.Statement, table: ReturnType<typeof lazyFunctions>): Entry[] {
  if (!ts.isVariableStatement(statement)) return [];
  const [{ name, initializer }] = statement.declarationList.declarations;
  const key =
    initializer && ts.isCallExpression(initializer) ? (initializer.arguments[0] as ts.StringLiteral).text : '';
  const declaration = table.get(key);
  if (declaration === undefined) throw new Error(`${TABLE} has no ${key}, which ${name.getText()} loads`);
  return [entryOf(name.getText(), statement, declaration)];
}

function directSection(): Section {
  const entries = exportsOf().flatMap(({ names }) =>
    names.flatMap((name) => {
      const declaration = declarationOf(name, INDEX);
      return declaration === undefined ? [] : [entryOf(name, declaration.node, declaration)];
    }),
  );
  return { title: 'Classes and synchronous functions', about: 'These return at once.', entries };
}

function entryOf(name: string, documented: ts.Node, declaration: Found): Entry {
  const purpose = meaningOf(documented);
  return {
    name,
    purpose,
    examples: tagsOf(documented, 'example'),
    deprecated: tagsOf(documented, 'deprecated')[0],
    declaration,
  };
}

/** Value exports of the index: all of a file, or some of its names. */
function exportsOf(): { specifier: string; names: string[] }[] {
  return sourceOf(INDEX).statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || statement.isTypeOnly || statement.moduleSpecifier === undefined)
      return [];
    const clause = statement.exportClause;
    const elements = clause !== undefined && ts.isNamedExports(clause) ? clause.elements : [];
    const names = elements.filter((one) => !one.isTypeOnly).map((one) => one.name.text);
    return [{ specifier: (statement.moduleSpecifier as ts.StringLiteral).text, names }];
  });
}

function titleOf(file: string): string {
  const name = file.split('/').at(-1)!.replace('.ts', '');
  return `${name[0].toUpperCase()}${name.slice(1)}`;
}

function firstComment(file: string): string {
  return collapse(/^\/\*\*([^]*?)\*\//.exec(readFileSync(file, 'utf8'))?.[1].replaceAll(/\n \* ?/g, '\n') ?? '');
}

function sectionText({ title, about, entries }: Section, known: Map<string, string>): string {
  return [`## ${title}`, about, ...entries.map((entry) => entryText(entry, known))].join('\n\n');
}

function entryText(entry: Entry, known: Map<string, string>): string {
  const { name, purpose, deprecated, declaration } = entry;
  if (deprecated !== undefined) return `### ${name}\n\n${purpose} Deprecated: ${deprecated}.`;
  const { node } = declaration;
  const parts = [`### ${name}`, purpose === '' ? meaningOf(node) : purpose];
  if (ts.isFunctionDeclaration(node)) {
    parts.push(fenced(signature(name, node)), ...optionParts(entry, { node, file: declaration.file }, known));
  }
  if (ts.isClassDeclaration(node)) parts.push(classText({ node, file: declaration.file }));
  const errors = tagsOf(node, 'throws').map(collapse);
  if (errors.length > 0) parts.push(`Errors: ${errors.join('; ').replace(/^AttuneError /, '')}.`.replace('..', '.'));
  parts.push(...exampleParts(entry));
  return parts.join('\n\n');
}

function signature(name: string, { parameters, type }: ts.FunctionDeclaration): string {
  const given = parameters.map((one) => {
    const label = ts.isIdentifier(one.name) ? one.name.text : 'options';
    const isOptional = one.questionToken !== undefined || one.initializer !== undefined;
    return `${one.dotDotDotToken ? '...' : ''}${label}${isOptional ? '?' : ''}: ${collapse(one.type?.getText() ?? '')}`;
  });
  const returned = collapse(type?.getText() ?? 'void');
  const line = `${name}(${given.join(', ')}): ${returned}`;
  return line.length <= WIDTH ? line : `${name}(\n${given.map((one) => `  ${one},\n`).join('')}): ${returned}`;
}

/** Tables of the options and of the result. A type described for an earlier function is linked. */
function optionParts({ name }: Entry, { node, file }: Found<ts.FunctionDeclaration>, known: Map<string, string>) {
  const parts: string[] = [];
  for (const { type } of node.parameters) {
    if (type !== undefined) parts.push(...typePart('Options', { node: type, file }, { known, name }));
  }
  const returned = unwrapPromise(node.type);
  if (returned !== undefined) parts.push(...typePart('Result', { node: returned, file }, { known, name }));
  return parts;
}

function typePart(
  title: string,
  type: Found<ts.TypeNode>,
  { known, name }: { known: Map<string, string>; name: string },
): string[] {
  const members = membersOf(type);
  if (members.length === 0) return [];
  const text = collapse(type.node.getText());
  const earlier = known.get(text);
  if (earlier !== undefined) return [`${title}: \`${text}\`, as of ${linkTo(earlier)}.`];
  if (/^\w+$/.test(text)) known.set(text, name);
  return [table(title, members)];
}

function table(title: string, members: readonly Member[]): string {
  const rows = members.map(
    ({ name, type, isOptional, meaning }) =>
      `| \`${name}${isOptional ? '?' : ''}\` | ${code(type)} | ${cell(meaning)} |`,
  );
  return `| ${title} | type | |\n|---|---|---|\n${rows.join('\n')}`;
}

function code(text: string): string {
  return text === '' ? '' : `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function classText({ node }: Found<ts.ClassDeclaration>): string {
  return table('Member', classMembers(node));
}

function exampleParts({ name, examples }: Entry): string[] {
  const tested = exampleOf(name);
  const shown = examples.filter((text) => text.split('\n').length > (tested?.text.split('\n').length ?? 0));
  if (tested === undefined) return shown.map(fenced);
  const place = `[${tested.file}](../${tested.file}), which the tests run`;
  if (shown.length > 0) return [...shown.map(fenced), `Used in ${place}.`];
  return [`${fenced(tested.text)}\n\nFrom ${place}.`];
}

function fenced(text: string): string {
  return `\`\`\`ts\n${text.trim()}\n\`\`\``;
}

if (import.meta.main) {
  writeFileAtomic('docs/api.md', await apiReference());
  writeFileAtomic('docs/commands.md', await commandReference());
}
