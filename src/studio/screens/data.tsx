import { useEffect, useState } from 'preact/hooks';
import { plural, valueText } from '../../base/format.ts';
import { entryOf } from '../../base/table.ts';
import type { TableColumns } from '../../app/use-cases/data-columns.ts';
import type { InitResult } from '../../app/use-cases/init.ts';
import { Problems } from '../parts/fault.tsx';
import { Called } from '../parts/progress.tsx';
import { useCall } from '../parts/use-call.ts';
import { go } from '../address.ts';
import { keepPlan } from './plans.ts';
import { Rows } from './rows.tsx';

/** Role of a column. */
type Role = 'read' | 'learn' | 'leave';
type Learnt = 'label' | 'answer' | 'text';

const ROLES: Record<Role, string> = { read: 'is read', learn: 'is learnt', leave: 'left out' };
const LEARNT: Record<Learnt, string> = {
  label: 'choose a label or number',
  answer: 'write an answer',
  text: 'write texts like these',
};

const ROWS = 8;

/** Lets the user choose the roles of columns, with real rows as a preview. */
export function Data({ file }: { file: string }) {
  const table = useCall<TableColumns>('data columns');
  useEffect(() => table.start({ file, rows: ROWS }), []);
  return (
    <>
      <h1 tabIndex={-1}>What should the model learn?</h1>
      <p class="lead">{file}</p>
      <Called call={table} label="Reading the columns" />
      {table.result && <Mapping file={file} table={table.result} />}
      {table.result && (
        <Rows
          file={file}
          columns={table.result.columns.map(({ name }) => name)}
          target={table.result.guesses[0]?.target}
        />
      )}
    </>
  );
}

function Mapping({ file, table }: { file: string; table: TableColumns }) {
  const [guess] = table.guesses;
  const [roles, setRoles] = useState<Record<string, Role>>(() => rolesOf(table));
  const [learnt, setLearnt] = useState<Learnt>(
    guess?.format === 'prompt_completion'
      ? 'answer'
      : guess?.target === undefined && guess !== undefined
        ? 'text'
        : 'label',
  );
  const input = initInput(file, roles, learnt);
  const init = useCall<InitResult>('init', (result) => {
    keepPlan({ ...result, input });
    go('plan', result.recipe);
  });
  const isTaken = init.failure?.code === 'E_RECIPE_EXISTS';
  const missing = missingOf(roles, learnt);
  return (
    <>
      <section>
        <h2>The model should</h2>
        <div class="choices" role="radiogroup" aria-label="The model should">
          {(Object.keys(LEARNT) as Learnt[]).map((one) => (
            <label key={one}>
              <input type="radio" name="learnt" checked={learnt === one} onChange={() => setLearnt(one)} />{' '}
              {LEARNT[one]}
            </label>
          ))}
        </div>
        {guess !== undefined && <p class="soft">Suggested: {guess.reasons.join('; ')}.</p>}
        {table.problems.length > 0 && (
          <div class="warn">
            <p>The file cannot be read as a whole:</p>
            <Problems problems={table.problems} />
          </div>
        )}
        <Preview table={table} roles={roles} onRole={(name, role) => setRoles(withRole(roles, name, role))} />
        <div class="row">
          <button type="button" disabled={missing !== undefined || init.isRunning} onClick={() => init.start(input)}>
            Continue
          </button>
          {isTaken && (
            <button type="button" class="quiet" onClick={() => init.start({ ...input, force: true })}>
              Replace the recipe
            </button>
          )}
          {missing !== undefined && <span class="warn">{missing}</span>}
        </div>
        <Called call={init} label="Checking all rows and choosing a model" hasSame />
      </section>
    </>
  );
}

interface PreviewOptions {
  table: TableColumns;
  roles: Record<string, Role>;
  onRole(name: string, role: Role): void;
}

function Preview({ table: { columns, rows }, roles, onRole }: PreviewOptions) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="The first rows">
      <table class="preview">
        <caption>The first {plural(rows.length, 'rows')}</caption>
        <thead>
          <tr>
            {columns.map(({ name, description }) => (
              <th key={name} class={entryOf(roles, name)}>
                {name}
                <select
                  aria-label={`Column ${name}`}
                  value={entryOf(roles, name)}
                  onChange={(event) => onRole(name, event.currentTarget.value as Role)}
                >
                  {(Object.keys(ROLES) as Role[]).map((role) => (
                    <option key={role} value={role}>
                      {ROLES[role]}
                    </option>
                  ))}
                </select>
                <small>{description}</small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {columns.map(({ name }) => (
                <td key={name} class={entryOf(roles, name)}>
                  {valueText(entryOf(row, name))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function rolesOf({ columns, guesses: [guess] }: TableColumns): Record<string, Role> {
  const role = (name: string): Role =>
    name === guess?.target ? 'learn' : guess?.text.includes(name) ? 'read' : 'leave';
  return Object.fromEntries(columns.map(({ name }) => [name, role(name)]));
}

/** Sets a column's role; at most one column is the target. */
function withRole(roles: Record<string, Role>, name: string, role: Role): Record<string, Role> {
  const others =
    role !== 'learn'
      ? roles
      : Object.fromEntries(Object.entries(roles).map(([one, known]) => [one, known === 'learn' ? 'leave' : known]));
  return { ...others, [name]: role } as Record<string, Role>;
}

function missingOf(roles: Record<string, Role>, learnt: Learnt): string | undefined {
  const all = Object.values(roles);
  if (!all.includes('read')) return 'Choose an input column.';
  return learnt !== 'text' && !all.includes('learn') ? 'Choose the target column.' : undefined;
}

function initInput(file: string, roles: Record<string, Role>, learnt: Learnt): Record<string, unknown> {
  const named = (wanted: Role) => Object.keys(roles).filter((name) => entryOf(roles, name) === wanted);
  const [target] = named('learn');
  const goal = { label: { labelColumn: target }, answer: { answerColumn: target }, text: { format: 'text' } }[learnt];
  return { file, textColumn: named('read'), ...goal, yes: true };
}
