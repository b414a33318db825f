import { shellWord } from '../../base/shell-word.ts';
import { libraryName } from './library.ts';
import { fieldsOf, type FieldDescription } from './schema.ts';
import type { UseCase } from './use-case.ts';

type Input = Readonly<Record<string, unknown>>;

/** A call as typed in a terminal. */
export function asCommand(name: string, useCase: UseCase, input: Input): string {
  const fields = fieldsOf(useCase);
  const given = fields.filter((field) => input[field.name] !== undefined);
  const places = given
    .filter(({ isArgument }) => isArgument)
    .flatMap((field) => [input[field.name]].flat().map(asWord));
  const flags = given
    .filter(({ isArgument, isInMemory }) => !isArgument && !isInMemory)
    .flatMap((field) => flagWords(field, input[field.name]));
  return ['attune', name, ...places, ...flags].join(' ');
}

function flagWords({ spelling, flag }: FieldDescription, value: unknown): string[] {
  if (flag?.value === undefined) return value === flag?.read('', spelling) ? [spelling] : [];
  const values = flag.value.includes('=') ? pairsOf(value) : flag.many === true ? [value].flat() : [value];
  return values.flatMap((one) => [spelling, asWord(one)]);
}

/** Converts `{a: 'b'}` and `[{ name: 'a', target: 'b' }]` to NAME=VALUE. */
function pairsOf(value: unknown): string[] {
  const pairs = Array.isArray(value)
    ? (value as { name: string; target: string }[]).map(({ name, target }) => [name, target])
    : Object.entries(value as Input);
  return pairs.map(([name, one]) => `${name}=${asText(one)}`);
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function asWord(value: unknown): string {
  return shellWord(asText(value));
}

/** A call as written in a program. */
export function asProgram(name: string, useCase: UseCase, input: Input): string {
  const fields = fieldsOf(useCase);
  const places = fields.filter(({ isArgument }) => isArgument).map((field) => input[field.name]);
  const options = Object.fromEntries(
    Object.entries(input).filter(
      ([key, value]) => value !== undefined && !fields.some((field) => field.isArgument && field.name === key),
    ),
  );
  const given = Object.keys(options).length > 0 ? [...places, options] : places;
  while (given.length > 0 && given.at(-1) === undefined) given.pop();
  const words = given.map((value) => (value === undefined ? 'undefined' : asLiteral(value)));
  const path = libraryName(name);
  return `import { ${path.split('.')[0]} } from 'attune';\n\nconst result = await ${path}(${words.join(', ')});`;
}

/** A JavaScript literal: JSON with unquoted keys where allowed. */
function asLiteral(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(asLiteral).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, one]) => `${/^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key)}: ${asLiteral(one)}`,
  );
  return `{ ${members.join(', ')} }`;
}
