import { useEffect, useState } from 'preact/hooks';
import { formatNumber, formatTime } from '../../base/format.ts';
import type { RunSummary } from '../../store/run-summary.ts';
import { failureOf, upload, type Failure } from '../client.ts';
import { Fault } from '../parts/fault.tsx';
import { useCall } from '../parts/use-call.ts';
import { go, linkTo } from '../address.ts';

export function Home() {
  const list = useCall<{ runs: RunSummary[] }>('runs list');
  useEffect(() => list.start({}), []);
  const runs = list.result?.runs;
  return (
    <>
      <h1 tabIndex={-1}>Teach a model your own work</h1>
      <Drop />
      {list.failure && <Fault failure={list.failure} />}
      {runs !== undefined && <Runs runs={runs} />}
    </>
  );
}

/** Choosing a file: dropped, selected, or named by its path on this machine. */
function Drop() {
  const [isOver, setOver] = useState(false);
  const [name, setName] = useState<string>();
  const [failure, setFailure] = useState<Failure>();
  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    setName(file.name);
    setFailure(undefined);
    try {
      go('data', await upload(file));
    } catch (error) {
      setFailure(failureOf(error));
      setName(undefined);
    }
  };
  return (
    <section
      class={isOver ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void take(event.dataTransfer?.files[0]);
      }}
    >
      <h2>Start with a table of examples</h2>
      <p>A spreadsheet as CSV, or JSON Lines or Parquet: what people wrote, and what was decided or answered.</p>
      <label class="button">
        Choose a file
        <input
          type="file"
          class="unseen"
          accept=".csv,.tsv,.jsonl,.ndjson,.json,.parquet"
          onChange={(event) => void take(event.currentTarget.files?.[0])}
        />
      </label>
      <p class="soft small">or drop it here. It stays on this machine.</p>
      {name !== undefined && <p role="status">Reading {name} …</p>}
      {failure && <Fault failure={failure} />}
    </section>
  );
}

const TONES: Record<RunSummary['status'], string> = {
  finished: 'good',
  running: 'fair',
  waiting: 'fair',
  stopped: 'fair',
  interrupted: 'bad',
  failed: 'bad',
};

function Runs({ runs }: { runs: readonly RunSummary[] }) {
  if (runs.length === 0)
    return (
      <section>
        <h2>Runs</h2>
        <p class="soft">None yet. What you train appears here, with its verdict.</p>
      </section>
    );
  return (
    <section>
      <h2>Runs</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Runs">
        <table>
          <thead>
            <tr>
              <th>Run</th>
              <th>Status</th>
              <th class="number">Step</th>
              <th class="number">Loss</th>
              <th>Model</th>
              <th>Started</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr key={run.id}>
                <th>
                  <a href={linkTo('run', run.folder)}>{run.name}</a>
                </th>
                <td>
                  <span class={`status ${TONES[run.status]}`}>{run.status}</span>
                </td>
                <td class="number">{run.steps === undefined ? run.step : `${run.step} of ${run.steps}`}</td>
                <td class="number">{run.loss === undefined ? '' : formatNumber(run.loss)}</td>
                <td>{run.model}</td>
                <td>{formatTime(run.createdAt)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
