/** TypeScript types of operators, from libtorch's schemas: `aten::add.Tensor(Tensor self, …) -> Tensor`. */

interface Argument {
  name: string;
  /** In libtorch's notation: `Tensor(a!)[]`, `int[1]?`, `ScalarType?`, … */
  type: string;
  hasDefault: boolean;
  /** Whether the argument is keyword-only in the schema. */
  named: boolean;
}

interface Schema {
  space: string;
  name: string;
  overload: string;
  arguments: Argument[];
  returns: Argument[];
}

const SIMPLE: Record<string, string> = {
  Tensor: 'Tensor',
  Scalar: 'Scalar',
  number: 'Scalar',
  int: 'number',
  SymInt: 'number',
  float: 'number',
  SymFloat: 'number',
  bool: 'boolean',
  SymBool: 'boolean',
  str: 'string',
  ScalarType: 'DType | number',
  Layout: 'number',
  MemoryFormat: 'number',
  Device: 'string',
};

/** Reserved words of JavaScript. */
const RESERVED = new Set(['in', 'function', 'default', 'var', 'new', 'with']);

const HEADER = `// Written by tools/generate.ts from operators.schema and the schemas in native/kernels. Not edited by hand.
import type { DType } from './dtype.ts';
import type { Scalar, Tensor } from './tensor.ts';
`;

/** The file of types, with an interface for each namespace. */
export function operatorTypes(schemas: readonly string[]): string {
  const spaces = Map.groupBy(schemas.map(parseSchema), ({ space }) => space);
  return `${HEADER}\n${[...spaces].map(([space, all]) => interfaceOf(space, all)).join('\n')}`;
}

function interfaceOf(space: string, schemas: readonly Schema[]): string {
  const members = [...Map.groupBy(schemas, ({ name }) => name)].map(([name, overloads]) => {
    const signatures = overloads.map((schema) => `    ${schema.overload}${signature(schema)};\n`);
    return `  ${name}: {\n${signatures.join('')}  };\n`;
  });
  return `export interface ${space[0]!.toUpperCase()}${space.slice(1)} {\n${members.join('')}}\n`;
}

/**
 * `namespace::name.overload(arguments) -> returns`; an operator without an overload's name has the overload `default`.
 */
export function parseSchema(text: string): Schema {
  const match = /^(\w+)::(\w+)(?:\.(\w+))?\((.*)\) -> (.*)$/.exec(text);
  if (match === null) throw new Error(`not a schema of an operator: ${text}`);
  const [, space = '', name = '', overload = 'default', inner = '', results = ''] = match;
  const returns = parseList(results.startsWith('(') ? results.slice(1, -1) : results);
  return { space, name, overload, arguments: parseList(inner), returns };
}

function parseList(text: string): Argument[] {
  const [parts, found]: [string[], Argument[]] = [splitList(text), []];
  let named = false;
  for (const part of parts) {
    if (part === '*') {
      named = true;
      continue;
    }
    const [, type = '', name = '', value] = /^((?:\w+)(?:\([^)]*\))?[?[\]\d]*)(?: (\w+))?(=.*)?$/.exec(part) ?? [];
    if (type === '') throw new Error(`not an argument of an operator: ${part}`);
    found.push({ name, type: type.replace(/\([^)]*\)/, ''), hasDefault: value !== undefined, named });
  }
  return found;
}

/** Splits at commas outside brackets: `int[2] padding=[0, 0]` is one part. */
function splitList(text: string): string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (let i = 0; i <= text.length; i++) {
    if ('[('.includes(text[i] ?? ' ')) depth++;
    if ('])'.includes(text[i] ?? ' ')) depth--;
    if (i < text.length && (text[i] !== ',' || depth > 0)) continue;
    if (i > from) parts.push(text.slice(from, i).trim());
    from = i + 1;
  }
  return parts;
}

function signature(schema: Schema): string {
  // As in src/engine/tensor/operators.ts: arguments after the first one with a default are passed by name.
  const first = schema.arguments.findIndex(({ hasDefault, named }) => hasDefault || named);
  const count = first < 0 ? schema.arguments.length : first;
  const positional = schema.arguments.slice(0, count).map((argument) => parameter(argument, false));
  const options = schema.arguments.slice(count).map((argument) => parameter(argument, true));
  const all = options.length > 0 ? [...positional, `options?: { ${options.join('; ')} }`] : positional;
  return `(${all.join(', ')}): ${resultType(schema)}`;
}

function parameter({ name, type, hasDefault }: Argument, isOption: boolean): string {
  const mayMiss = isOption && (hasDefault || type.endsWith('?'));
  return `${isOption || !RESERVED.has(name) ? name : `${name}_`}${mayMiss ? '?' : ''}: ${typeOf(type, 'argument')}`;
}

function resultType({ returns }: Schema): string {
  if (returns.length === 0) return 'void';
  const types = returns.map(({ type }) => typeOf(type, 'result'));
  return types.length === 1 ? types[0]! : `[${types.join(', ')}]`;
}

function typeOf(type: string, role: 'argument' | 'result'): string {
  if (type.endsWith('?')) return `${typeOf(type.slice(0, -1), role)} | undefined`;
  const list = /^(.*)\[\d*\]$/.exec(type);
  if (list === null) return type === 'int' && role === 'argument' ? 'number | bigint' : simpleType(type);
  const element = list[1] === 'int' ? 'number' : typeOf(list[1]!, role);
  const array = `${element.includes('|') ? `(${element})` : element}[]`;
  if (role === 'result') return array;
  return element === 'number' ? 'readonly number[] | number' : `readonly ${array}`;
}

function simpleType(type: string): string {
  const found = SIMPLE[type];
  if (found === undefined) throw new Error(`an operator with ${type} has no form in JavaScript`);
  return found;
}
