import { useEffect, useState } from 'preact/hooks';
import type { RunPart } from '../../app/studio/run-page.ts';
import { go, linkTo } from '../address.ts';
import { failureOf, followRun, type Failure } from '../client.ts';
import { Drawn } from '../parts/drawn.tsx';
import { Fault } from '../parts/fault.tsx';
import { useCall } from '../parts/use-call.ts';
import { useTryPlan } from '../parts/use-try-plan.ts';
import { Serve } from './serve.tsx';
import { Try } from './try.tsx';

/** A run in progress or finished. All data come from its folder, so a reload loses nothing. */
export function RunScreen({ run }: { run: string }) {
  const { part, failure, isAway, follow } = useRun(run);
  const shown = part?.shown;
  const isDone = part?.isRunning === false && shown?.status === 'finished';
  const report = `/api/run/report?run=${encodeURIComponent(run)}`;
  return (
    <>
      {failure && <Fault failure={failure} />}
      {isAway && (
        <p class="warn" role="status">
          The studio does not answer; the run continues. Trying again.
        </p>
      )}
      {shown && (
        <>
          <Drawn text={shown.head} />
          <Controls run={run} isRunning={part!.isRunning} status={shown.status} onResume={follow} />
          {isDone && <Result run={run} />}
          <Drawn text={shown.rest} />
          <p>
            <a href={report} target="_blank" rel="noopener">
              One page to forward
            </a>
          </p>
        </>
      )}
    </>
  );
}

/** The result, to try and to use. */
function Result({ run }: { run: string }) {
  const { value: plan, failure } = useTryPlan(run);
  if (failure !== undefined) return <Fault failure={failure} />;
  if (plan === undefined) return null;
  // The server's page queries both.
  const base = plan?.beside?.rival === undefined ? plan?.beside?.title : undefined;
  return (
    <>
      {plan !== null && <Try run={run} plan={plan} />}
      <Serve input={{ models: base === undefined ? [run] : [base, run] }} plan={plan} />
    </>
  );
}

/** Follows the run's report; the latest one stays visible until the next arrives. */
function useRun(run: string) {
  const [part, setPart] = useState<RunPart>();
  const [failure, setFailure] = useState<Failure>();
  const [isAway, setAway] = useState(false);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const gone = new AbortController();
    setFailure(undefined);
    const take = (news: RunPart) => setPart((before) => ({ ...news, shown: news.shown ?? before?.shown }));
    followRun(run, take, { signal: gone.signal, onAway: setAway }).catch((error: unknown) =>
      setFailure(failureOf(error)),
    );
    return () => gone.abort();
  }, [round]);
  return { part, failure, isAway, follow: () => setRound(round + 1) };
}

interface ControlOptions {
  run: string;
  isRunning: boolean;
  status: NonNullable<RunPart['shown']>['status'];
  onResume(): void;
}

function Controls({ run, isRunning, status, onResume }: ControlOptions) {
  const stop = useCall('runs stop');
  const resume = useCall('runs resume', onResume);
  const failure = stop.failure ?? resume.failure;
  return (
    <div class="row">
      {isRunning && (
        <button type="button" class="quiet" disabled={stop.isRunning} onClick={() => stop.start({ run })}>
          {stop.isRunning ? 'Saving …' : 'Save and stop'}
        </button>
      )}
      {!isRunning && ['stopped', 'interrupted', 'failed'].includes(status) && (
        <button type="button" disabled={resume.isRunning} onClick={() => resume.start({ run, detach: true })}>
          Resume
        </button>
      )}
      {!isRunning && status === 'finished' && (
        <button type="button" class="quiet" onClick={() => go('actions', 'runs continue')}>
          Train further
        </button>
      )}
      <a href={linkTo('compare', run)}>Compare with other runs</a>
      {status === 'finished' && <a href={linkTo('review', run)}>Have people judge it</a>}
      {status === 'finished' && <a href={linkTo('deploy', run)}>Deploy it</a>}
      {failure && <Fault failure={failure} />}
    </div>
  );
}
