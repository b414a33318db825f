import { useEffect, useState } from 'preact/hooks';
import type { RunSummary } from '../../store/run-summary.ts';
import { go, linkTo } from '../address.ts';
import { failureOf, get, type Failure } from '../client.ts';
import { Drawn } from '../parts/drawn.tsx';
import { Fault } from '../parts/fault.tsx';
import { useCall } from '../parts/use-call.ts';

/** Runs next to each other; the address names them. */
export function Compare({ runs }: { runs: readonly string[] }) {
  const list = useCall<{ runs: RunSummary[] }>('runs list');
  const [text, setText] = useState<string>();
  const [failure, setFailure] = useState<Failure>();
  useEffect(() => list.start({}), []);
  useEffect(() => {
    setText(undefined);
    setFailure(undefined);
    if (runs.length === 0) return;
    const query = new URLSearchParams(runs.map((run) => ['run', run]));
    get<{ shown: string }>(`/api/runs/compared?${query.toString()}`).then(
      ({ shown }) => setText(shown),
      (error: unknown) => setFailure(failureOf(error)),
    );
  }, [runs.join('\n')]);
  const toggle = (folder: string) =>
    go('compare', ...(runs.includes(folder) ? runs.filter((one) => one !== folder) : [...runs, folder]));
  return (
    <>
      <h1 tabIndex={-1}>Compare runs</h1>
      <section>
        <h2>Runs</h2>
        {list.result?.runs.length === 0 && <p class="soft">None yet. Train one first.</p>}
        <div class="choices">
          {list.result?.runs.map(({ folder, name }) => (
            <label key={folder}>
              <input type="checkbox" checked={runs.includes(folder)} onChange={() => toggle(folder)} />{' '}
              <a href={linkTo('run', folder)}>{name}</a>
            </label>
          ))}
        </div>
      </section>
      {(failure ?? list.failure) && <Fault failure={(failure ?? list.failure)!} />}
      {text !== undefined && (
        <section>
          <h2>Side by side</h2>
          <Drawn text={text} />
        </section>
      )}
    </>
  );
}
