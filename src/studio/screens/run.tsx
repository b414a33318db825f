import { useEffect, useMemo, useState } from 'preact/hooks';
import { formatDuration, formatNumber, plural } from '../../base/format.ts';
import type { RunDetails } from '../../app/find-runs.ts';
import type { TryPlan } from '../../app/page/try-plan.ts';
import { failureOf, followRun, get, type Failure } from '../client.ts';
import { Chart } from '../parts/chart.tsx';
import { Fault } from '../parts/fault.tsx';
import { useCall } from '../parts/use-call.ts';
import { go } from '../address.ts';
import { BEGINNING, further, linesOf, type Course } from './run-course.ts';
import { Serve } from './serve.tsx';
import { Try } from './try.tsx';
import { Verdict } from './verdict.tsx';

/** A run: while it trains, and what came of it. Everything is read from its folder, so a reload loses nothing. */
export function RunScreen({ run }: { run: string }) {
  const details = useCall<RunDetails>('runs show');
  const { course, failure, isAway, follow } = useCourse(run);
  useEffect(() => details.start({ run }), [course.isRunning]);
  const { result } = details;
  const isDone = !course.isRunning && result?.result !== undefined;
  return (
    <>
      <h1 tabIndex={-1}>{result?.name ?? 'Run'}</h1>
      <p class="lead">{result?.folder ?? run}</p>
      {(failure ?? details.failure) && <Fault failure={(failure ?? details.failure)!} />}
      {isAway && (
        <p class="warn" role="status">
          The studio does not answer; the run goes on. Trying again.
        </p>
      )}
      {isDone && <Verdict run={run} />}
      <Training run={run} course={course} details={result} onResume={follow} />
      {isDone && <Result run={run} />}
    </>
  );
}

/** The result, to be tried and used. */
function Result({ run }: { run: string }) {
  const [plan, setPlan] = useState<TryPlan | null>();
  const [failure, setFailure] = useState<Failure>();
  useEffect(() => {
    const path = `/api/run/plan?run=${encodeURIComponent(run)}`;
    get<TryPlan | null>(path).then(setPlan, (error: unknown) => setFailure(failureOf(error)));
  }, [run]);
  if (failure !== undefined) return <Fault failure={failure} />;
  if (plan === undefined) return null;
  return (
    <>
      {plan !== null && <Try run={run} plan={plan} />}
      <Serve run={run} kind={plan?.kind} />
    </>
  );
}

function useCourse(run: string) {
  const [course, setCourse] = useState<Course>(BEGINNING);
  const [failure, setFailure] = useState<Failure>();
  const [isAway, setAway] = useState(false);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const gone = new AbortController();
    setCourse(BEGINNING);
    setFailure(undefined);
    followRun(run, ({ events, isRunning }) => setCourse((before) => further(before, events, isRunning)), {
      signal: gone.signal,
      onAway: setAway,
    }).catch((error: unknown) => setFailure(failureOf(error)));
    return () => gone.abort();
  }, [round]);
  return { course, failure, isAway, follow: () => setRound(round + 1) };
}

interface TrainingOptions {
  run: string;
  course: Course;
  details?: RunDetails;
  onResume(): void;
}

function Training({ run, course, details, onResume }: TrainingOptions) {
  const { latest, isRunning, warnings } = course;
  const judged = latest['course-judged'];
  const failed = latest['run-failed'];
  const losses = useMemo(() => linesOf(course), [course]);
  const rewards = useMemo(() => [{ name: 'reward', points: course.reward }], [course.reward]);
  return (
    <section>
      <h2>Training</h2>
      <Now course={course} details={details} />
      <Chart title="Loss, lower is better" lines={losses} />
      <Chart title="Reward, higher is better" lines={rewards} />
      {judged !== undefined && <p class="warn">{judged.finding}</p>}
      {!isRunning && details?.status === 'failed' && failed !== undefined && (
        <Fault failure={failed.error as unknown as Failure} />
      )}
      {warnings.length > 0 && (
        <ul class="remarks">
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
      <Controls run={run} isRunning={isRunning} details={details} onResume={onResume} />
    </section>
  );
}

function Now({ course: { latest, isRunning }, details }: Pick<TrainingOptions, 'course' | 'details'>) {
  const step = latest['step-finished'];
  const phase = latest['phase-started'];
  const work = latest['work-advanced'];
  const [at, of] = [step?.step ?? 0, step?.steps ?? details?.steps];
  if (!isRunning)
    return (
      <p>
        <span class={`status ${details?.status ?? ''}`}>{details?.status}</span> after{' '}
        {plural(details?.step ?? at, 'steps')}
        {details !== undefined && `, ${formatDuration(details.times.total)}`}
      </p>
    );
  return (
    <>
      <progress aria-label="Training" value={of === undefined ? undefined : at} max={of ?? 1} />
      <p role="status">
        {step === undefined
          ? (phase?.message ?? 'starting')
          : `Step ${at} of ${of}, about ${formatDuration(step.secondsLeft)} left`}
        {step !== undefined && (
          <span class="soft">
            , loss {formatNumber(step.loss)}, {plural(Math.round(step.tokensPerSecond), 'tokens')} a second
          </span>
        )}
        {phase?.phase !== 'train' && step !== undefined && phase !== undefined && `; ${phase.message}`}
        {phase?.phase !== 'train' &&
          work !== undefined &&
          work.total !== undefined &&
          `: ${work.done} of ${work.total} ${work.unit}`}
      </p>
    </>
  );
}

function Controls({ run, isRunning, details, onResume }: Omit<TrainingOptions, 'course'> & { isRunning: boolean }) {
  const stop = useCall('runs stop');
  const resume = useCall('runs resume');
  useEffect(() => {
    if (resume.result !== undefined) onResume();
  }, [resume.result]);
  const canResume = details !== undefined && ['stopped', 'interrupted', 'failed'].includes(details.status);
  return (
    <div class="row">
      {isRunning && (
        <button type="button" class="quiet" disabled={stop.isRunning} onClick={() => stop.start({ run })}>
          {stop.isRunning ? 'Saving …' : 'Save and stop'}
        </button>
      )}
      {!isRunning && canResume && (
        <button type="button" disabled={resume.isRunning} onClick={() => resume.start({ run, detach: true })}>
          Resume
        </button>
      )}
      {!isRunning && details?.status === 'finished' && (
        <button type="button" class="quiet" onClick={() => go('actions', 'runs continue')}>
          Train further
        </button>
      )}
      {(stop.failure ?? resume.failure) && <Fault failure={(stop.failure ?? resume.failure)!} />}
    </div>
  );
}
