import { useEffect } from 'preact/hooks';
import { versionPart } from '../../app/monitor/version-part.ts';
import type { Monitored } from '../../app/use-cases/monitor.ts';
import { Drawn } from '../parts/drawn.tsx';
import { Fault } from '../parts/fault.tsx';
import { Progress } from '../parts/progress.tsx';
import { SameIn } from '../parts/code.tsx';
import { useCall } from '../parts/use-call.ts';
import { Tools } from './tools.tsx';

/** Traffic of each served version, changes, alarms; feedback and what to do with it. */
export function Monitor() {
  const call = useCall<Monitored>('monitor');
  useEffect(() => call.start({}), []);
  const versions = call.result?.versions;
  return (
    <>
      <h1 tabIndex={-1}>Models in use</h1>
      <Progress call={call} label="Reading what was served" />
      {call.failure && <Fault failure={call.failure} />}
      {versions?.length === 0 && (
        <p class="soft">Nothing has been served yet. Open a finished run and press “Serve it”.</p>
      )}
      {versions?.map((report) => (
        <Drawn key={`${report.model} ${report.version}`} text={versionPart(report).text} />
      ))}
      {call.state && <SameIn {...call.state} />}
      <Tools
        title="What to do with it"
        tools={{
          'answers list': { note: 'the served answers behind the figures' },
          'answers rate': { note: 'feedback and corrections' },
          monitor: { note: 'silence an alarm, write rules for Prometheus' },
          'improve run': { note: 'feedback into rows: those that do not fit go to quarantine' },
          'improve status': { note: 'where a round of improvement is' },
          usage: {},
        }}
      />
    </>
  );
}
