import { useEffect } from 'preact/hooks';
import type { RunSummary } from '../../store/run-summary.ts';
import { go, linkTo } from '../address.ts';
import { get } from '../client.ts';
import { Drawn } from '../parts/drawn.tsx';
import { Fault } from '../parts/fault.tsx';
import { useCall } from '../parts/use-call.ts';
import { useLoaded } from '../parts/use-loaded.ts';

/** Compares the runs named in the address. */
export function Compare({ runs }: { runs: readonly string[] }) {
  const list = useCall<{ runs: RunSummary[] }>('runs list');
  useEffect(() => list.start({}), []);
  const query = new URLSearchParams(runs.map((run) => ['run', run])).toString();
  const compared = useLoaded(
    async (signal) => (query === '' ? undefined : get<{ shown: string }>(`/api/runs/compared?${query}`, signal)),
    [query],
  );
  const failure = compared.failure ?? list.failure;
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
      {failure && <Fault failure={failure} />}
      {compared.value && (
        <section>
          <h2>Side by side</h2>
          <Drawn text={compared.value.shown} />
        </section>
      )}
    </>
  );
}
