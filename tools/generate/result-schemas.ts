/**
 * JSON schemas of the use cases' results, from the result types of their `run` methods, so that no result is declared
 * twice.
 */
import { join, relative } from 'node:path';
import ts from 'typescript';
import { JsonTypes, type Schema } from './json-types.ts';

const FOLDER = 'src/app/use-cases';
/** Packages with types that occur in results. Parsing the others would only take time. */
const PACKAGES = /^(?:\.|@attune\/|(?:zod|kysely|@hono\/zod-openapi)(?:$|\/))/;

/** Text of the module, and the files that declare the types. */
export function resultSchemas(root: string, names: readonly string[]): { text: string; sources: string[] } {
  const program = programOf(root, join(root, FOLDER, 'index.ts'));
  const types = new JsonTypes(program.getTypeChecker());
  const results = names.map((name) => {
    const file = join(root, FOLDER, `${name.replace(' ', '-')}.ts`);
    types.sources.add(file);
    return [name, resultOf(program.getSourceFile(file)!, types)] as const;
  });
  if (types.problems.length > 0) throw new Error(types.problems.join('\n'));
  const sources = [...types.sources]
    .map((file) => relative(root, file))
    .filter((file) => !/^\.\.|node_modules/.test(file));
  return { text: moduleText(results, [...types.shared]), sources: sources.toSorted() };
}

function programOf(root: string, entry: string): ts.Program {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as { config: object };
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [entry], include: [] }, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const cache = ts.createModuleResolutionCache(root, (name) => name, options);
  host.resolveModuleNameLiterals = (literals, ...[file, redirected, given, source]) =>
    literals.map((literal) => {
      if (!PACKAGES.test(literal.text) && !file.includes('/node_modules/')) return { resolvedModule: undefined };
      const mode = ts.getModeForUsageLocation(source, literal, given);
      return ts.resolveModuleName(literal.text, file, given, host, cache, redirected, mode);
    });
  return ts.createProgram([entry], options, host);
}

/** The result of `run`. `--json` also prints the result of `inTerminal`, which must therefore have the same schema. */
function resultOf(source: ts.SourceFile, types: JsonTypes): Schema {
  const found: Schema[] = [];
  const visit = (node: ts.Node): void => {
    const name = ts.isMethodDeclaration(node) ? node.name.getText() : '';
    if (name !== 'run' && name !== 'inTerminal') return ts.forEachChild(node, visit);
    const schema = types.returnedBy(node as ts.MethodDeclaration);
    if (schema !== undefined) found.push(schema);
  };
  visit(source);
  if (new Set(found.map((schema) => JSON.stringify(schema))).size !== 1)
    types.problems.push(`${source.fileName}: run and inTerminal give different forms`);
  return found[0] ?? {};
}

type Named = readonly [name: string, schema: Schema];

function moduleText(results: readonly Named[], shared: readonly Named[]): string {
  const sorted = shared.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const text = `{"results": {\n${lines(results)}\n}, "$defs": {\n${lines(sorted)}\n}}`;
  const raw = text.replaceAll('`', String.raw`\u0060`).replaceAll('${', String.raw`\u0024{`);
  return `// Written by tools/generate.ts from the types of results.\nexport const resultSchemas = String.raw\`${raw}\`;\n`;
}

function lines(entries: readonly Named[]): string {
  return entries.map(([name, schema]) => `${JSON.stringify(name)}: ${JSON.stringify(schema)}`).join(',\n');
}
