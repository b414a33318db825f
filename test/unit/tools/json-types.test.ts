import ts from 'typescript';
import { expect, it } from 'vitest';
import { JsonTypes } from '../../../tools/generate/json-types.ts';

const FILE = 'results.ts';

/** Schema of the result of `run` in a file with this text. */
function read(text: string) {
  const source = ts.createSourceFile(FILE, text, ts.ScriptTarget.ES2024, true);
  const options: ts.CompilerOptions = {
    lib: ['lib.es2015.d.ts'],
    target: ts.ScriptTarget.ES2024,
    strict: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) => (name === FILE ? source : getSourceFile(name, ...rest));
  const types = new JsonTypes(ts.createProgram([FILE], options, host).getTypeChecker());
  const run = source.statements.flatMap((one) => (ts.isClassDeclaration(one) ? one.members : [])).find(isRun)!;
  return { schema: types.returnedBy(run), shared: Object.fromEntries(types.shared), problems: types.problems };
}

const isRun = (member: ts.ClassElement): member is ts.MethodDeclaration =>
  ts.isMethodDeclaration(member) && member.name.getText() === 'run';

const promising = (type: string, others = '') => read(`${others}; declare class UseCase { run(): Promise<${type}> }`);

it('a type becomes the schema of what is written of its values', () => {
  const { schema, shared, problems } = promising(
    'Found',
    `interface Found {
       /** How many. */
       rows: number;
       kind: 'a' | 'b' | null;
       isDone?: boolean;
       pair: readonly [string, number];
       close(): void;
       inner: Found | undefined;
       at: Date;
       shares: Record<string, number>;
       more: unknown;
     }`,
  );
  expect({ schema, problems }).toEqual({ schema: { $ref: '#/$defs/Found' }, problems: [] });
  expect(shared.Found).toEqual({
    type: 'object',
    properties: {
      rows: { type: 'number', description: 'How many.' },
      kind: { anyOf: [{ enum: ['a', 'b'] }, { type: 'null' }] },
      isDone: { type: 'boolean' },
      pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], items: false, minItems: 2 },
      inner: { $ref: '#/$defs/Found' },
      at: { type: 'string' },
      shares: { type: 'object', additionalProperties: { type: 'number' } },
      more: {},
    },
    required: ['rows', 'kind', 'pair', 'at', 'shares', 'more'],
    additionalProperties: false,
  });
});

it('a class is written as its toJSON says, without getters and private members', () => {
  const own = 'declare class Run { #a: string; folder: string; get step(): number; open(): void }';
  expect(promising('Run', own).shared.Run).toMatchObject({ properties: { folder: {} }, required: ['folder'] });
  const told = 'declare class Run { found: string; toJSON(): { step: number } }';
  expect(promising('Run', told).schema).toMatchObject({ properties: { step: { type: 'number' } } });
});

it.each(['{ scores: Float64Array }', '{ scores: Map<string, number> }', '{ scores: bigint }', '{ scores: any }'])(
  '%s is refused: it has no form in JSON',
  (type) => {
    expect(promising(type).problems).toEqual([expect.stringContaining('results.ts.scores has no form in JSON')]);
  },
);
