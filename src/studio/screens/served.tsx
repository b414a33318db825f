import { useEffect, useState } from 'preact/hooks';
import type { CallState } from '../../app/calls/calls.ts';
import { failureOf, get, stopCall, type Failure } from '../client.ts';
import { Fault } from '../parts/fault.tsx';
import { Answering } from './serve.tsx';

/** Models that this studio is serving. */
export function Served() {
  const [calls, setCalls] = useState<CallState[]>();
  const [failure, setFailure] = useState<Failure>();
  const renew = () => get<CallState[]>('/api/calls').then(setCalls, (error: unknown) => setFailure(failureOf(error)));
  useEffect(() => void renew(), []);
  const serving = calls?.filter(
    ({ name, status, result }) => name === 'serve' && status === 'running' && result !== undefined,
  );
  return (
    <>
      <h1 tabIndex={-1}>Serving</h1>
      {failure && <Fault failure={failure} />}
      {serving?.length === 0 && <p class="soft">Nothing is served. Open a finished run and press “Serve it”.</p>}
      {serving?.map(({ id, result }) => (
        <section key={id}>
          <Answering
            serving={result as { url: string; models: string[] }}
            onStop={() => void stopCall(id).then(renew)}
          />
        </section>
      ))}
    </>
  );
}
