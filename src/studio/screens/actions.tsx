import { useState } from 'preact/hooks';
import { entryOf } from '../../base/table.ts';
import type { DescribedUseCase } from '../../app/studio/described-use-cases.ts';
import { useCases } from '../client.ts';
import { Words } from '../parts/code.tsx';
import { Fault } from '../parts/fault.tsx';
import { Called } from '../parts/progress.tsx';
import { useCall } from '../parts/use-call.ts';
import { useLoaded } from '../parts/use-loaded.ts';
import { linkTo } from '../address.ts';
import { inputOf, type Schema } from './form-input.ts';
import { Field } from './form.tsx';

/** All actions of attune by section. */
export function Actions() {
  const { value: all, failure } = useLoaded(useCases);
  const [wanted, setWanted] = useState('');
  const shown = all?.filter(({ name, summary }) => `${name} ${summary}`.toLowerCase().includes(wanted.toLowerCase()));
  const sections = [...new Set(shown?.map(({ section }) => section))];
  return (
    <>
      <h1 tabIndex={-1}>All actions</h1>
      <label class="field">
        Search
        <input type="search" value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
      </label>
      {failure && <Fault failure={failure} />}
      {sections.map((section) => (
        <section key={section}>
          <h2>{section}</h2>
          <ul class="actions">
            {shown!
              .filter((one) => one.section === section)
              .map(({ name, summary }) => (
                <li key={name}>
                  <a href={linkTo('actions', name)}>{name}</a>{' '}
                  <span class="soft">
                    <Words text={summary} />
                  </span>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </>
  );
}

const EFFECTS: Record<DescribedUseCase['effects'][number], string> = {
  'writes-files': 'writes files',
  'writes-runs': 'creates or changes runs',
  'writes-registry': 'changes the registry',
  deletes: 'deletes data for good',
  computes: 'takes processor time',
  sends: 'sends rows to another machine',
  fetches: 'downloads from the network',
  listens: 'listens on a port until it is stopped',
  deploys: 'changes the model that serves users',
  judges: "records a person's judgement",
  grants: 'grants rights',
};

const EFFECT_LIST = new Intl.ListFormat('en-GB');

interface ActionOptions {
  name: string;
  /** Initial values of the form. */
  given?: Readonly<Record<string, string>>;
  /** A part of another screen, which has a heading of its own. */
  isPart?: boolean;
  /** Fields to show; other options keep their given values. */
  only?: readonly string[];
  /** Text of the button. */
  button?: string;
  onResult?(result: unknown): void;
}

/** A form for one action, generated from its schema. */
export function Action({ name, ...options }: ActionOptions) {
  const { value: all, failure } = useLoaded(useCases);
  const useCase = all?.find((one) => one.name === name);
  if (failure !== undefined) return <Fault failure={failure} />;
  if (all === undefined) return null;
  if (useCase === undefined) return <h1 tabIndex={-1}>No action is named {name}</h1>;
  return <Form useCase={useCase} {...options} />;
}

interface FormOptions extends Omit<ActionOptions, 'name'> {
  useCase: DescribedUseCase;
}

function Form({ useCase, given = {}, isPart = false, only, button = 'Run', onResult }: FormOptions) {
  const { name, summary, effects, fields, input: schema } = useCase;
  const [values, setValues] = useState<Record<string, string | boolean>>(given);
  const call = useCall<unknown>(name, onResult);
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  const { input, problems } = inputOf(values, properties);
  const submit = (event: Event) => {
    event.preventDefault();
    if (effects.includes('deletes') && !confirm(`${name} deletes data for good. Continue?`)) return;
    call.start(input);
  };
  return (
    <>
      {!isPart && <h1 tabIndex={-1}>{name}</h1>}
      {only === undefined && (
        <p class="lead">
          <Words text={summary} />
        </p>
      )}
      {only === undefined && effects.length > 0 && (
        <p class="soft small">It {EFFECT_LIST.format(effects.map((effect) => EFFECTS[effect]))}.</p>
      )}
      <form onSubmit={submit}>
        {fields
          .filter(({ name: field }) => only?.includes(field) ?? true)
          .map((field) => (
            <Field
              key={field.name}
              field={field}
              form={name}
              schema={entryOf(properties, field.name) ?? {}}
              value={entryOf(values, field.name)}
              problem={entryOf(problems, field.name)}
              onValue={(value) => setValues({ ...values, [field.name]: value })}
            />
          ))}
        <div class="row">
          <button disabled={call.isRunning || Object.keys(problems).length > 0}>{button}</button>
        </div>
      </form>
      <Called call={call} label={name} hasSame />
      {call.state && (call.state.text !== undefined || call.result !== undefined) && (
        <>
          <h3>Result</h3>
          <pre tabIndex={0}>{call.state.text ?? JSON.stringify(call.result, null, 2)}</pre>
        </>
      )}
    </>
  );
}
