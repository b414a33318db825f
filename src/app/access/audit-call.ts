import { sha256 } from '../../files/hash.ts';
import { recordAction, withRegistry } from '../../store/registry/index.ts';
import { fieldsOf } from '../use-cases/schema.ts';
import type { UseCase } from '../use-cases/use-case.ts';
import type { Caller } from './scopes.ts';

export interface AuditedCall {
  name: string;
  useCase: UseCase;
  input: Readonly<Record<string, unknown>>;
  /** Client that made the call: `studio`, or `mcp` with the client's name. */
  via: string;
  /** Error code, if the call was refused. */
  refused?: string;
  /** Id of the approval that allowed the call. */
  approval?: string;
}

/** Kinds of values that are names and never contain text of rows. */
const NAMES = new Set(['ADAPTER', 'FILE', 'FOLDER', 'FOLDER|NAME', 'INDEX', 'MODEL', 'PATH', 'RECIPE', 'RUN']);
const MOST_CHARACTERS = 200;

/**
 * Adds a call to the audit log before it runs, so that every call has an entry. Files, models and runs are logged by
 * name; texts, which may contain rows or secrets, only enter the hash of the input.
 */
export async function auditCall({ by }: Caller, call: AuditedCall): Promise<void> {
  const { name, useCase, input, via, refused, approval } = call;
  const named = fieldsOf(useCase)
    .filter((field) => NAMES.has(field.value ?? '') && input[field.name] !== undefined)
    .map((field) => [field.name, String(input[field.name]).slice(0, MOST_CHARACTERS)]);
  const details = {
    via,
    given: Object.keys(input),
    ...Object.fromEntries(named),
    ...(refused !== undefined && { refused }),
    ...(approval !== undefined && { approval }),
  };
  const hashes = { input: sha256(JSON.stringify(input)) };
  const action = refused === undefined ? 'call' : 'call-refused';
  await withRegistry((registry) =>
    registry
      .transaction()
      .execute((transaction) => recordAction(transaction, { by, action, subject: name, hashes, details })),
  );
}
