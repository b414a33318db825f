import { useEffect, useState } from 'preact/hooks';
import { formatTime, plural } from '../../base/format.ts';
import type { PreparedData } from '../../app/use-cases/data-prepare.ts';
import type { ListedRun } from '../../app/find-runs.ts';
import { OUTCOMES, STATUS_TONES } from '../../jobs/report/sections/outcome.ts';
import { failureOf, upload, type Failure } from '../client.ts';
import { Fault } from '../parts/fault.tsx';
import { Called } from '../parts/progress.tsx';
import { Table } from '../parts/table.tsx';
import { useCall } from '../parts/use-call.ts';
import { go, linkTo } from '../address.ts';

export function Home() {
  const list = useCall<{ runs: ListedRun[] }>('runs list');
  useEffect(() => list.start({}), []);
  const runs = list.result?.runs;
  return (
    <>
      <h1 tabIndex={-1}>Teach a model your own work</h1>
      <Drop />
      <Documents />
      {list.failure && <Fault failure={list.failure} />}
      {runs !== undefined && (
        <section>
          <h2>Runs</h2>
          <Runs runs={runs} />
        </section>
      )}
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

/** Upload of documents of any kind, from which rows are made. */
function Documents() {
  const [told, setTold] = useState<string>();
  const [failure, setFailure] = useState<Failure>();
  const prepare = useCall<PreparedData>('data prepare', ({ to }) => go('data', to));
  const take = async (files: readonly File[]) => {
    if (files.length === 0) return;
    setFailure(undefined);
    try {
      const sources: string[] = [];
      for (const [at, file] of files.entries()) {
        setTold(`Reading ${at + 1} of ${plural(files.length, 'files')}: ${file.name}`);
        sources.push(await upload(file));
      }
      prepare.start({ sources, output: `data/documents-${Date.now()}.jsonl` });
    } catch (error) {
      setFailure(failureOf(error));
    }
    setTold(undefined);
  };
  const isBusy = told !== undefined || prepare.isRunning;
  return (
    <section>
      <h2>Or make a table of documents</h2>
      <p>PDF, Office files, web pages, mail, exported chats: their text becomes rows.</p>
      <div class="row">
        <DocumentsButton title="Choose documents" isBusy={isBusy} onFiles={(files) => void take(files)} />
        <DocumentsButton title="Choose a folder" isFolder isBusy={isBusy} onFiles={(files) => void take(files)} />
      </div>
      {told !== undefined && <p role="status">{told}</p>}
      {failure && <Fault failure={failure} />}
      <Called call={prepare} label="Reading the documents" hasSame />
    </section>
  );
}

/** Supported by all browsers, but missing from TypeScript's types. */
const WHOLE_FOLDER: object = { webkitdirectory: true };

interface DocumentsOptions {
  title: string;
  isFolder?: boolean;
  isBusy: boolean;
  onFiles(files: readonly File[]): void;
}

function DocumentsButton({ title, isFolder = false, isBusy, onFiles }: DocumentsOptions) {
  return (
    <label class="button">
      {title}
      <input
        type="file"
        class="unseen"
        multiple
        disabled={isBusy}
        {...(isFolder ? WHOLE_FOLDER : {})}
        onChange={(event) => onFiles([...(event.currentTarget.files ?? [])])}
      />
    </label>
  );
}

function Runs({ runs }: { runs: readonly ListedRun[] }) {
  if (runs.length === 0) return <p class="soft">None yet. What you train appears here, with its verdict.</p>;
  return (
    <Table
      class="runs"
      label="Runs"
      columns={COLUMNS}
      rows={runs.map((run) => ({
        key: run.id,
        cells: [
          <a key="run" href={linkTo('run', run.folder)}>
            {run.name}
          </a>,
          <span key="status" class={`status ${STATUS_TONES[run.status]}`}>
            {run.status}
          </span>,
          <Verdict key="verdict" run={run} />,
          <NextStep key="next" run={run} />,
          run.steps === undefined ? run.step : `${run.step} of ${run.steps}`,
          run.model,
          formatTime(run.createdAt),
        ],
      }))}
    />
  );
}

const COLUMNS = [
  { title: 'Run' },
  { title: 'Status' },
  { title: 'Verdict' },
  { title: 'Next' },
  { title: 'Step', isNumeric: true },
  { title: 'Model' },
  { title: 'Started' },
];

function Verdict({ run: { conclusion, error } }: { run: ListedRun }) {
  if (conclusion === undefined) return <>{error}</>;
  return (
    <>
      {OUTCOMES[conclusion.outcome].word}
      <small>{conclusion.advice}</small>
    </>
  );
}

function NextStep({ run: { folder, status, conclusion } }: { run: ListedRun }) {
  if (status === 'waiting' || status === 'running') return <a href={linkTo('run', folder)}>Watch it</a>;
  if (status !== 'finished') return <a href={linkTo('run', folder)}>Resume it</a>;
  if (conclusion?.outcome === 'better') return <a href={linkTo('deploy', folder)}>Deploy it</a>;
  return <a href={linkTo('compare', folder)}>Compare it</a>;
}
