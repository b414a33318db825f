/** Checks results of use cases against the JSON schemas of their types. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { useCases, type UseCaseName } from '../src/app/use-cases/index.ts';
import { outputSchema } from '../src/app/use-cases/schema.ts';
import { parseInvocation } from '../src/cli/command-names.ts';

const names = Object.keys(useCases) as UseCaseName[];
const ajv = new Ajv2020({ allErrors: true });
for (const name of names) ajv.addSchema({ ...(await outputSchema(name)), $id: addressOf(name) });

/** @throws if the result does not match the schema of its type */
export function checkResult(name: UseCaseName, given: unknown): void {
  const validate = ajv.getSchema(addressOf(name))!;
  if (validate(given) === true) return;
  const shown = JSON.stringify(given, null, 1).slice(0, 2000);
  throw new Error(
    `attune ${name} gave another result than its type says: ${ajv.errorsText(validate.errors)}\n${shown}`,
  );
}

/** Checks the output of a command line if it is a JSON result. */
export function checkPrinted(argv: readonly string[], { code, stdout }: { code: number | null; stdout: string }): void {
  if (code !== 0 || !argv.includes('--json')) return;
  const invocation = parseInvocation(argv, names);
  if (invocation.kind === 'command' && !invocation.isHelp)
    checkResult(invocation.name as UseCaseName, JSON.parse(stdout));
}

function addressOf(name: string): string {
  return `results:${name.replace(' ', '-')}`;
}
