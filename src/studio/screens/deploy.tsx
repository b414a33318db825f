import { useEffect, useState } from 'preact/hooks';
import { formatPercent, formatTime, plural } from '../../base/format.ts';
import type { KnownModels, RegisteredModel } from '../../app/models.ts';
import type { ModelHistory } from '../../app/registry/history.ts';
import type { GateResult } from '../../app/gate/gate.ts';
import type { UseCaseName } from '../../app/use-cases/index.ts';
import { Fault } from '../parts/fault.tsx';
import { Table } from '../parts/table.tsx';
import { useCall } from '../parts/use-call.ts';
import { useTryPlan } from '../parts/use-try-plan.ts';
import { Action } from './actions.tsx';
import { Serve } from './serve.tsx';
import { Tools } from './tools.tsx';

/** Path from a result to the version that serves a name, and back. */
export function Deploy({ run = '' }: { run?: string }) {
  const list = useCall<KnownModels>('models list');
  const renew = () => list.start({});
  useEffect(renew, []);
  const { value: plan } = useTryPlan(run);
  const registered = list.result?.registered;
  return (
    <>
      <h1 tabIndex={-1}>Deploy</h1>
      {run !== '' && <p class="lead">{run}</p>}
      {run !== '' && <Candidate run={run} onRegistered={renew} />}
      {list.failure && <Fault failure={list.failure} />}
      {registered?.length === 0 && (
        <section>
          <h2>Names that programs ask for</h2>
          <p class="soft">None yet. Open a finished run, deploy it, and register it under a name.</p>
        </section>
      )}
      {registered?.map((model) => (
        <Registered key={model.name} model={model} onChange={renew} />
      ))}
      {registered !== undefined && registered.length > 0 && (
        <Serve
          input={{ registry: true }}
          plan={plan}
          about="All registered names, each by its champion and the versions on trial."
        />
      )}
      <Tools
        title="More"
        tools={{
          serve: { note: 'answer programs of this machine or of a network' },
          'keys create': { note: 'a key for a program or a person' },
        }}
      />
    </>
  );
}

/** Ways to deploy a run: gate, registration under a name, export. */
function Candidate({ run, onRegistered }: { run: string; onRegistered(): void }) {
  const gate = useCall<GateResult>('gate');
  const name = run
    .split(/[/\\]/)
    .at(-1)!
    .toLowerCase()
    .replaceAll(/[^a-z0-9_.-]+/g, '-');
  return (
    <>
      <section>
        <h2>1. May it be used?</h2>
        <p class="soft">By the rules of its recipe: better than the compared systems, what it forgot, who signed.</p>
        <button type="button" disabled={gate.isRunning} onClick={() => gate.start({ run })}>
          Check the gate
        </button>
        {gate.failure && <Fault failure={gate.failure} />}
        <ul class="actions">
          {gate.result?.checks.map(({ name: check, outcome, message }) => (
            <li key={check}>
              <span class={`badge ${GATE_TONES[outcome]}`}>{outcome}</span> {check}: {message}
            </li>
          ))}
        </ul>
      </section>
      <section>
        <h2>2. Give it a name</h2>
        <p class="soft">Programs ask for the name; which version answers can change without them.</p>
        <Action
          name="models register"
          given={{ target: run, name }}
          only={['name']}
          button="Register"
          isPart
          onResult={onRegistered}
        />
      </section>
      <section>
        <h2>Or take it elsewhere</h2>
        <Action
          name="export"
          given={{ target: run, to: 'merged' }}
          only={['to', 'dtype', 'output']}
          button="Export"
          isPart
        />
      </section>
    </>
  );
}

const GATE_TONES = { passed: 'good', failed: 'bad', 'not asked': '' } as const;

type Step = 'promote' | 'trial' | 'back';
const STEPS: Record<Step, { title: string; useCase: UseCaseName; only: readonly string[] }> = {
  promote: { title: 'Promote', useCase: 'models promote', only: ['force'] },
  trial: { title: 'Start the trial', useCase: 'models promote', only: ['shadow', 'canary', 'bake', 'guard'] },
  back: { title: 'Roll back', useCase: 'models rollback', only: ['reason'] },
};
/** Guards as in the loop, and a canary share of 10 %. */
const TRIAL = { canary: '10%', bake: '2h', guard: 'error_rate<1%\nempty_rate<=base+2%' };

/** A name, its versions, and the actions that are possible now. */
function Registered({ model, onChange }: { model: RegisteredModel; onChange(): void }) {
  const { name, champion, challenger, trial } = model;
  const [step, choose] = useState<Step>();
  const isNewer = challenger !== undefined && challenger !== champion;
  const steps: Step[] = [
    ...(isNewer ? (['promote'] as const) : []),
    ...(isNewer && champion !== undefined && trial === undefined ? (['trial'] as const) : []),
    ...(champion === undefined ? [] : (['back'] as const)),
  ];
  const version = trial?.version ?? challenger;
  return (
    <section>
      <h2>{name}</h2>
      <p role="status">
        {champion === undefined ? 'No version answers yet.' : <b>Version {champion} answers.</b>}{' '}
        {isNewer && trial === undefined && `Version ${challenger} is registered and waits.`} {trial && trialText(trial)}
      </p>
      <div class="row">
        {steps.map((one) => (
          <button
            key={one}
            type="button"
            class={one === 'promote' ? undefined : 'quiet'}
            aria-expanded={step === one}
            onClick={() => choose(step === one ? undefined : one)}
          >
            {one === 'promote' && `Promote version ${version}`}
            {one === 'trial' && `Try version ${version} on traffic first`}
            {one === 'back' && (trial === undefined ? 'Roll back' : 'End the trial')}
          </button>
        ))}
      </div>
      {step !== undefined && (
        <Action
          key={step}
          name={STEPS[step].useCase}
          given={{ name, ...(step !== 'back' && { version: String(version) }), ...(step === 'trial' && TRIAL) }}
          only={STEPS[step].only}
          button={STEPS[step].title}
          isPart
          onResult={onChange}
        />
      )}
      <Past name={name} at={`${champion} ${challenger} ${trial?.stage}`} />
    </section>
  );
}

function trialText({ version, from, stage, share, shadowPairs, counts: { requests, pairs, equal } }: Trial): string {
  const done =
    stage === 'shadow'
      ? `compared on ${pairs} of ${plural(shadowPairs, 'requests')}`
      : `answers ${formatPercent(share)} of requests, ${requests} so far`;
  return `Version ${version} is on trial next to ${from} (${stage}): ${done}; ${equal} of ${plural(pairs, 'pairs')} are equal.`;
}
type Trial = NonNullable<RegisteredModel['trial']>;

/** Loads the versions and changes of a name; a new `at` reloads them. */
function Past({ name, at }: { name: string; at: string }) {
  const history = useCall<ModelHistory>('models history');
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (isOpen) history.start({ name });
  }, [isOpen, at]);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Versions and who changed what</summary>
      {history.failure && <Fault failure={history.failure} />}
      {history.result && (
        <>
          <Table
            label={`Versions of ${name}`}
            columns={['Version', 'Verdict', 'Gate', 'By', 'Since'].map((title) => ({ title }))}
            rows={history.result.versions.toReversed().map(({ version, verdict, gate, createdBy, createdAt }) => ({
              key: String(version),
              cells: [
                version,
                verdict,
                gate && (gate.isPassed ? 'passed' : 'failed'),
                createdBy,
                formatTime(createdAt),
              ],
            }))}
          />
          <ul class="actions">
            {history.result.changes.map(({ at: time, alias, from, to, action, by, reason }) => (
              <li key={`${time} ${alias}`}>
                {formatTime(time)}: {alias} {from === undefined ? to : `${from} → ${to}`}, {action} by {by}
                {reason !== undefined && ` (${reason})`}
              </li>
            ))}
          </ul>
        </>
      )}
    </details>
  );
}
