import { useState } from 'preact/hooks';
import { plural } from '../../base/format.ts';
import type { ImprovementStatus } from '../../app/improve/improve.ts';
import type { Improvement as Improved } from '../../app/use-cases/improve-run.ts';
import { Code } from '../parts/code.tsx';
import { Fault } from '../parts/fault.tsx';
import { Called } from '../parts/progress.tsx';
import { Table } from '../parts/table.tsx';
import { useCall } from '../parts/use-call.ts';

const EXAMPLE = `continuous:
  model: tickets            # a registered name
  retrain: {recipe: tickets.yaml, when: rows >= 200 or drift}`;

/** Feedback as it moves towards the next version: collected, quarantined or accepted, trained, judged, rolled out. */
export function Improvement() {
  const [file, setFile] = useState(() => localStorage.getItem(KEPT) ?? '');
  const status = useCall<ImprovementStatus>('improve explain');
  const step = useCall<Improved>('improve run');
  const [reason, setReason] = useState('');
  const open = (event: Event) => {
    event.preventDefault();
    localStorage.setItem(KEPT, file);
    status.start({ file });
  };
  const take = (more: object) => step.start({ file, ...more });
  const { model, state, cycle, decisions, held } = status.result ?? {};
  const holds = cycle === undefined ? [] : (held?.[cycle] ?? []);
  return (
    <section>
      <h2>Learn from feedback</h2>
      <p class="soft">
        Corrections and ratings are collected; what looks planted, repeated or contradictory is held back; the rest is
        trained on, judged, and tried next to the version in use.
      </p>
      <form class="row" onSubmit={open}>
        <label>
          Plan of a loop{' '}
          <input
            required
            placeholder="support.yaml"
            value={file}
            onInput={(event) => setFile(event.currentTarget.value)}
          />
        </label>
        <button class="quiet" disabled={status.isRunning}>
          Show
        </button>
      </form>
      {status.result === undefined && <Code label="A plan" text={EXAMPLE} />}
      {status.failure && <Fault failure={status.failure} />}
      {status.result && (
        <>
          <p role="status">
            <b>{model}</b>, cycle {cycle}: {state}
            {step.result?.waitsFor !== undefined && `, waits: ${step.result.waitsFor}`}
          </p>
          <div class="row">
            <button type="button" disabled={step.isRunning} onClick={() => take({})}>
              Continue as far as possible
            </button>
            <label>
              or discard this batch, because{' '}
              <input value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
            </label>
            <button type="button" class="quiet" disabled={reason === ''} onClick={() => take({ discard: reason })}>
              Discard
            </button>
          </div>
          <Called call={step} label="Improving" hasSame />
          <ol class="actions">
            {(step.result?.decisions ?? decisions)?.map(({ number, at, state: to, reason: why }) => (
              <li key={number}>
                {at.slice(0, 16).replace('T', ' ')}: {to}, {why}
              </li>
            ))}
          </ol>
          {holds.length > 0 && (
            <>
              <h3>Held back: {plural(holds.length, 'rows')}</h3>
              <Table
                label="Rows held back"
                columns={[{ title: 'Row' }, { title: 'Check' }, { title: 'Reason' }]}
                rows={holds.map(({ id, check, reason: why }) => ({ key: `${id} ${check}`, cells: [id, check, why] }))}
              />
            </>
          )}
        </>
      )}
    </section>
  );
}

const KEPT = 'attune-loop';
